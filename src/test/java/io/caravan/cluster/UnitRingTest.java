package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class UnitRingTest {

    private static final CommandBatch BATCH = Batches.stream("SET a 1");

    private record Entry(BatchTicket ticket, int row, int number) {}

    private final UnitRing ring = new UnitRing();

    @Test
    void units_come_out_in_the_order_in_which_they_went_in() {
        BatchTicket ticket = ticket();
        ring.add(ticket, 3, 30);
        ring.add(ticket, 4, 40);

        assertThat(ring.size()).isEqualTo(2);
        assertThat(ring.ticket()).isSameAs(ticket);
        assertThat(ring.row()).isEqualTo(3);
        assertThat(ring.number()).isEqualTo(30);
        ring.remove();
        assertThat(ring.row()).isEqualTo(4);
        ring.remove();
        assertThat(ring.isEmpty()).isTrue();
    }

    @Test
    void the_number_of_the_first_unit_can_be_changed() {
        ring.add(ticket(), 1, 5);
        ring.add(ticket(), 2, 7);

        ring.number(4);

        assertThat(ring.number()).isEqualTo(4);
        ring.remove();
        assertThat(ring.number()).isEqualTo(7);
    }

    @Test
    void an_empty_ring_has_no_unit() {
        assertThatThrownBy(ring::ticket).isInstanceOf(IllegalStateException.class);
    }

    @RepeatedTest(10)
    void whatever_goes_in_and_out_a_ring_is_a_queue(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        var queue = new ArrayDeque<Entry>();
        int highest = 0;
        for (int step = 0; step < 20_000; step++) {
            boolean growing = step / 2000 % 2 == 0;
            if (queue.isEmpty() || random.nextInt(10) < (growing ? 7 : 4)) {
                var entry = new Entry(ticket(), random.nextInt(), random.nextInt());
                queue.add(entry);
                ring.add(entry.ticket(), entry.row(), entry.number());
                highest = Math.max(highest, queue.size());
            } else {
                queue.remove();
                ring.remove();
            }

            assertThat(ring.size()).as("seed %d", seed).isEqualTo(queue.size());
            if (!queue.isEmpty()) {
                var first = new Entry(ring.ticket(), ring.row(), ring.number());
                assertThat(first).as("seed %d, step %d", seed, step).isEqualTo(queue.element());
            }
        }
        assertThat(highest).as("it has grown").isGreaterThan(512);
    }

    private static BatchTicket ticket() {
        return new BatchTicket(BATCH, failure -> {});
    }
}
