package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.RedisCommand;
import io.caravan.resp.Typed;
import java.util.List;
import java.util.Map;
import org.apache.camel.TypeConverter;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisCommandConverterTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final RedisCommand command = Batches.stream("[2] mset a 1 b 2").command(0);

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void a_command_becomes_a_map_of_its_parts() {
        Map<?, ?> map = converter().convertTo(Map.class, command);

        assertThat(map)
                .isEqualTo(Map.of(
                        "name",
                        "MSET",
                        "keys",
                        List.of("a", "b"),
                        "arguments",
                        List.of("a", "1", "b", "2"),
                        "database",
                        2,
                        "shard",
                        "10.0.0.1:7000",
                        "phase",
                        "STREAM",
                        "offset",
                        command.endOffset()));
    }

    @Test
    void a_command_becomes_a_line_of_text() {
        assertThat(converter().convertTo(String.class, command)).isEqualTo("mset a 1 b 2");
    }

    @Test
    void a_command_becomes_the_bytes_that_a_server_reads() {
        assertThat(converter().convertTo(byte[].class, command)).isEqualTo(Typed.commands("mset a 1 b 2"));
    }

    private TypeConverter converter() {
        context.start();
        return context.getTypeConverter();
    }
}
