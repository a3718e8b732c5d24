package io.caravan.transform;

import static io.caravan.command.Batches.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.RedisCommand;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class BatchProcessorTest {

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext(false));

    @Test
    void a_batch_is_changed_in_place() throws Exception {
        CommandBatch batch = Batches.stream("SET a 1", "SET tmp 2");
        exchange.getMessage().setBody(batch);

        withoutTemporaryKeys().process(exchange);

        assertThat(exchange.getMessage().getBody()).isSameAs(batch);
        assertThat(texts(batch)).containsExactly("SET a 1");
    }

    @Test
    void a_single_command_that_passes_stays_in_its_place() throws Exception {
        exchange.getMessage().setBody(Batches.stream("SET x 1", "SET a 1").command(1));

        withoutTemporaryKeys().process(exchange);

        var command = exchange.getMessage().getBody(RedisCommand.class);
        assertThat(command).hasToString("SET a 1");
        assertThat(command.row()).isEqualTo(1);
        assertThat(exchange.isRouteStop()).isFalse();
    }

    @Test
    void a_single_command_that_is_taken_out_ends_its_exchange() throws Exception {
        exchange.getMessage().setBody(Batches.stream("SET tmp 1").command(0));

        withoutTemporaryKeys().process(exchange);

        assertThat(exchange.isRouteStop()).isTrue();
    }

    @Test
    void a_single_command_may_be_replaced() throws Exception {
        CommandBatch batch = Batches.stream("DEL a tmp");
        exchange.getMessage().setBody(batch.command(0));

        withoutTemporaryKeys().process(exchange);

        assertThat(exchange.getMessage().getBody()).hasToString("DEL a");
        assertThat(texts(batch)).as("the batch that was split").containsExactly("DEL a tmp");
    }

    @Test
    void a_single_command_cannot_be_preceded_by_another() {
        exchange.getMessage().setBody(Batches.snapshot("RPUSH list a").command(0));

        assertThatThrownBy(() -> new ListDeduplication().process(exchange))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "ListDeduplication has to put a command before RPUSH; use it on the batch, before it is split");
    }

    @Test
    void a_body_of_something_else_is_refused_with_what_to_do() {
        exchange.getMessage().setBody("SET a 1");

        assertThatThrownBy(() -> withoutTemporaryKeys().process(exchange))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Selection takes what redis-replication: sends (a CommandBatch, or a RedisCommand of a split"
                                + " one), not a java.lang.String; put the step before those that change the body");
    }

    @Test
    void an_empty_body_is_refused() {
        assertThatThrownBy(() -> withoutTemporaryKeys().process(exchange))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not an empty body");
    }

    private static Selection withoutTemporaryKeys() {
        var selection = new Selection();
        selection.setExcludeKeys("tmp*");
        return selection;
    }
}
