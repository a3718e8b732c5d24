package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RefusedCommandsTest {

    private final AtomicInteger newKinds = new AtomicInteger();
    private final RefusedCommands refused = new RefusedCommands(newKinds::incrementAndGet);
    private final CommandBatch batch = Batches.stream("[2] SADD set m", "PUBLISH n t");

    @Test
    void the_message_says_what_where_and_why() {
        assertThat(refused.refused("destination a:1", batch, 0, new ErrorReply("WRONGTYPE Operation\r\n", false)))
                .hasMessage("destination a:1 refused SADD of key 'set' (source 10.0.0.1:7000, offset "
                        + batch.endOffset(0) + ", database 2): WRONGTYPE Operation\\r\\n");
    }

    @Test
    void what_cannot_be_sent_at_all_says_why() {
        assertThat(refused.impossible("CROSSSLOT", batch, 0, "its keys are in different slots"))
                .hasMessageEndingWith("database 2) cannot be applied: its keys are in different slots");
    }

    @Test
    void refusals_are_counted_by_command_and_error() {
        for (int i = 0; i < 3; i++) {
            refused.refused("destination a:1", batch, 0, new ErrorReply("WRONGTYPE Operation", false));
        }
        refused.refused("destination a:1", batch, 1, new ErrorReply("ERR unknown", false));

        assertThat(refused.counts()).isEqualTo(Map.of("SADD WRONGTYPE", 3L, "PUBLISH ERR", 1L));
        assertThat(newKinds).hasValue(2);
    }

    @Test
    void a_value_that_the_destination_cannot_represent_is_counted_under_its_command_and_named_each_time() {
        var values = Batches.stream("[2] CARAVAN.REFUSE RESTORE too-new h1", "CARAVAN.REFUSE RESTORE too-new h2");
        try (var log = CapturedLog.of(RefusedCommands.class.getName())) {
            CommandRefusedException first = refused.unrepresentable(values, 0);
            refused.unrepresentable(values, 1);

            assertThat(first)
                    .hasMessage("RESTORE of key 'h1' (source 10.0.0.1:7000, offset " + values.endOffset(0)
                            + ", database 2) cannot be applied: too-new");
            assertThat(log.lines())
                    .satisfiesExactly(
                            line -> assertThat(line).isEqualTo("WARN " + first.getMessage()),
                            line -> assertThat(line).contains("key 'h2'"));
        }
        assertThat(refused.counts()).isEqualTo(Map.of("RESTORE UNREPRESENTABLE", 2L));
        assertThat(newKinds).hasValue(1);
    }

    @Test
    void more_values_than_a_person_would_read_are_only_counted() {
        var value = Batches.stream("CARAVAN.REFUSE RESTORE too-new h");
        try (var log = CapturedLog.of(RefusedCommands.class.getName())) {
            for (int i = 0; i < 1500; i++) {
                refused.unrepresentable(value, 0);
            }

            assertThat(log.lines()).hasSize(1000);
            assertThat(log.lines().get(999))
                    .endsWith("(1000 of this kind have been named; later ones are only counted)");
        }
        assertThat(refused.counts()).isEqualTo(Map.of("RESTORE UNREPRESENTABLE", 1500L));
    }

    @Test
    void a_command_without_a_key_can_be_refused_too() {
        assertThat(refused.refused("destination a:1", batch, 1, new ErrorReply("ERR no", false)))
                .hasMessageContaining("refused PUBLISH of key ''");
    }
}
