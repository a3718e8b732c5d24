package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caravan.command.BatchOrigin;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import io.caravan.command.LargeCommand;
import io.caravan.command.Phase;
import io.caravan.resp.Typed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchOutletTest {

    @TempDir
    Path temporaryFiles;

    private final FakeShard shard = new FakeShard();
    private final DeliveryWindow window = new DeliveryWindow(10, 10_000, () -> {});
    private final List<CommandBatch> sent = new ArrayList<>();
    private final ShardCounters counters = new ShardCounters();
    private final SourceClock clock = new SourceClock();
    private final BatchOutlet outlet =
            new BatchOutlet(shard, window, (batch, delivery) -> sent.add(batch), counters, clock, new Ceiling(null));

    @Test
    void batches_are_numbered_from_0_on() {
        assertThat(outlet.snapshot("id", 7).sequence()).isZero();
        assertThat(outlet.stream("id", 7, 9, System.nanoTime()).sequence()).isEqualTo(1);
        assertThat(outlet.stream("id", 9, 11, System.nanoTime()).shard()).isSameAs(shard);
    }

    @Test
    void a_batch_bears_the_time_at_which_it_arrived_by_the_sources_clock() {
        long hourMillis = TimeUnit.HOURS.toMillis(1);
        clock.told(System.currentTimeMillis() + hourMillis, System.currentTimeMillis(), System.currentTimeMillis());
        long arrivedNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(5); // and waited in the queue since

        BatchOrigin origin = outlet.stream("id", 7, 9, arrivedNanos);

        assertThat(origin.sourceTimeMillis() - System.currentTimeMillis())
                .isCloseTo(hourMillis - TimeUnit.MINUTES.toMillis(5), within(10_000L));
        assertThat(origin.late()).isFalse();
    }

    @Test
    void no_batch_is_late_where_no_key_may_be_read_again() {
        clock.linked(8, System.currentTimeMillis());

        outlet.readsNothing();

        assertThat(outlet.stream("id", 7, 9, System.nanoTime()).late()).isFalse();
    }

    @Test
    void a_full_resynchronization_begins_another_lineage() {
        outlet.continues("1x2y");
        assertThat(outlet.stream("id", 7, 9, System.nanoTime()).lineage()).isEqualTo("1x2y");
        assertThat(outlet.snapshot("id", 9).lineage()).isEqualTo("1x2y");

        outlet.beginsHistory();

        assertThat(outlet.stream("id", 7, 9, System.nanoTime()).lineage())
                .isNotEmpty()
                .isNotEqualTo("1x2y");
    }

    @Test
    void a_batch_that_begins_before_what_the_source_had_reached_is_late() {
        clock.linked(8, System.currentTimeMillis());

        assertThat(outlet.stream("id", 7, 9, System.nanoTime()).late()).isTrue();
        assertThat(outlet.stream("id", 9, 11, System.nanoTime()).late()).isFalse();
        assertThat(outlet.snapshot("id", 7).late()).isFalse();
    }

    @Test
    void a_batch_that_was_sent_is_on_its_way_and_counted() throws IOException {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");

        outlet.send(batch, new ReplicationPosition("id", 100, 0));

        assertThat(sent).containsExactly(batch);
        assertThat(window.openBatches()).isEqualTo(1);
        assertThat(counters.batches()).isEqualTo(1);
        assertThat(counters.commands()).isEqualTo(2);
        assertThat(counters.bytes()).isEqualTo(batch.heldBytes());
    }

    @Test
    void values_of_a_snapshot_are_no_commands_of_the_stream() throws IOException {
        outlet.send(Batches.snapshot("SET a 1"), null);

        assertThat(counters.commands()).isZero();
        assertThat(counters.batches()).isEqualTo(1);
    }

    @Test
    void a_batch_that_cannot_be_sent_lets_go_of_its_file() throws IOException {
        LargeCommand large = LargeCommand.in(temporaryFiles);
        byte[] head = Typed.commands("SET large value");
        large.append(head, 0, head.length);
        CommandBatch batch = Batches.large(shard, head, large, Phase.STREAM);
        window.close();

        assertThatThrownBy(() -> outlet.send(batch, null)).isInstanceOf(ShardStoppedException.class);

        assertThat(sent).isEmpty();
        assertThat(batch.large()).isEmpty();
    }
}
