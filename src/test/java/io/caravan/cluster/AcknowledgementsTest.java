package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcknowledgementsTest {

    private static final long LATER = TimeUnit.HOURS.toNanos(1);

    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final List<String> told = new ArrayList<>();

    @Test
    void a_batch_is_acknowledged_when_the_replicas_have_what_was_run_before() {
        batch("first");
        acknowledgements.replicatedUntil(System.nanoTime() - LATER);
        assertThat(told).isEmpty();

        acknowledgements.replicatedUntil(System.nanoTime() + LATER);
        assertThat(told).containsExactly("first applied");
        assertThat(acknowledgements.isEmpty()).isTrue();
    }

    @Test
    void batches_are_acknowledged_in_the_order_in_which_they_ended() {
        batch("first");
        batch("second");

        acknowledgements.replicatedUntil(System.nanoTime() + LATER);

        assertThat(told).containsExactly("first applied", "second applied");
    }

    @Test
    void none_is_while_something_is_repaired_nor_before_the_replicas_have_the_repair() {
        batch("first");
        acknowledgements.repairBegins();
        acknowledgements.replicatedUntil(System.nanoTime() + LATER);
        assertThat(told).isEmpty();

        long beforeTheRepair = System.nanoTime() - 1;
        acknowledgements.repairEnded();
        acknowledgements.replicatedUntil(beforeTheRepair);
        assertThat(told).isEmpty();

        acknowledgements.replicatedUntil(System.nanoTime() + LATER);
        assertThat(told).containsExactly("first applied");
    }

    @Test
    void what_waits_when_the_destination_is_closed_has_failed() {
        batch("first");

        acknowledgements.abandon(new IOException("closed"));

        assertThat(told).containsExactly("first closed");
    }

    private void batch(String name) {
        acknowledgements.ended(failure -> told.add(name + " " + (failure == null ? "applied" : failure.getMessage())));
    }
}
