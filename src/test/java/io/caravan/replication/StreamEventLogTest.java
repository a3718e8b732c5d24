package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamEventLogTest {

    @TempDir
    Path temporaryFiles;

    private final ShardCounters counters = new ShardCounters();
    private final AtomicInteger acknowledged = new AtomicInteger();

    @Test
    void a_request_for_acknowledgement_is_answered_at_once() {
        log().acknowledgementWanted(100);

        assertThat(acknowledged).hasValue(1);
    }

    @Test
    void a_request_is_answered_again_once_everything_before_it_is_applied() {
        StreamEventLog log = log();
        log.acknowledgementWanted(100);

        log.applied(99);
        assertThat(acknowledged).hasValue(1);
        log.applied(100);

        assertThat(acknowledged).hasValue(2);
    }

    @Test
    void nothing_is_acknowledged_out_of_turn_where_nobody_asked() {
        StreamEventLog log = log();
        log.acknowledgementWanted(100);
        log.applied(150);

        log.applied(200);

        assertThat(acknowledged).hasValue(2);
    }

    @Test
    void what_a_person_may_want_to_know_is_counted() throws Exception {
        StreamEventLog log = log();

        log.transactionDissolved(100, 5000);
        log.largeCommand();

        assertThat(counters.dissolvedTransactions()).isEqualTo(1);
        assertThat(counters.largeCommands()).isEqualTo(1);
    }

    private StreamEventLog log() {
        return new StreamEventLog(
                "10.0.0.1:7000", counters, temporaryFiles, acknowledged::incrementAndGet, (slots, offset) -> {});
    }
}
