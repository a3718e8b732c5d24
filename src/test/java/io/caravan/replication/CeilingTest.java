package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.KeyValue;
import io.caravan.servers.Await;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CeilingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long MEGABYTE = 1024 * 1024;

    private final AtomicInteger wanted = new AtomicInteger();
    private final Ceiling ceiling = new Ceiling(wanted::incrementAndGet);

    @BeforeEach
    void permit() {
        ceiling.permittedUntil(System.nanoTime() + TimeUnit.MINUTES.toNanos(5));
    }

    @AfterEach
    void close() {
        ceiling.close();
    }

    @Test
    void nothing_is_sent_beyond_what_is_written() throws Exception {
        ceiling.startAt(100, 100);

        CompletableFuture<Void> passing = passing(150);
        Await.until("it is wanted to be written", PATIENCE, () -> wanted.get() == 1);
        long proposed = ceiling.propose(100);
        assertThat(passing).as("proposed is not written").isNotDone();
        ceiling.written(proposed);

        passing.get(10, TimeUnit.SECONDS);
        assertThat(proposed).isEqualTo(150 + MEGABYTE);
    }

    @Test
    void a_new_ceiling_is_wanted_before_the_old_one_is_reached() throws Exception {
        ceiling.startAt(100, 100 + MEGABYTE);
        ceiling.written(100 + MEGABYTE);

        ceiling.pass(200);
        assertThat(wanted).hasValue(0);
        ceiling.pass(100 + MEGABYTE * 2 / 3);
        ceiling.pass(101 + MEGABYTE * 2 / 3);

        assertThat(wanted).as("asked once").hasValue(1);
    }

    @Test
    void a_busy_shard_is_given_more() throws Exception {
        ceiling.startAt(0, 100 * MEGABYTE);
        ceiling.written(ceiling.propose(0));

        ceiling.pass(90 * MEGABYTE);

        assertThat(ceiling.propose(0)).isEqualTo(90 * MEGABYTE + 2 * 90 * MEGABYTE);
    }

    @Test
    void an_idle_shard_keeps_its_ceiling() {
        ceiling.startAt(0, 100 * MEGABYTE);

        assertThat(ceiling.propose(0)).isEqualTo(100 * MEGABYTE);
        assertThat(ceiling.propose(MEGABYTE)).isEqualTo(100 * MEGABYTE);
    }

    @Test
    void a_snapshot_waits_until_it_is_written_that_it_is_being_applied() throws Exception {
        CompletableFuture<Void> snapshot = running(() -> ceiling.awaitSnapshotWritten(4711));
        Await.until("it is wanted to be written", PATIENCE, () -> wanted.get() == 1);
        assertThat(snapshot).isNotDone();

        ceiling.snapshotWritten();

        snapshot.get(10, TimeUnit.SECONDS);
        ceiling.pass(1000 * MEGABYTE); // whoever comes now begins with a snapshot
    }

    @Test
    void from_the_first_proposal_behind_a_snapshot_on_there_is_a_ceiling() throws Exception {
        ceiling.startAt(0, 0);
        ceiling.snapshotWritten();
        ceiling.pass(5 * MEGABYTE);

        long proposed = ceiling.propose(0);

        CompletableFuture<Void> passing = passing(proposed + 1);
        Await.until("it is wanted to be written", PATIENCE, () -> wanted.get() > 0);
        assertThat(passing).as("whether it was written is not known").isNotDone();
    }

    @Test
    void nothing_is_sent_when_the_task_may_be_run_by_another_process() throws Exception {
        ceiling.startAt(0, MEGABYTE);
        ceiling.written(MEGABYTE);
        ceiling.permittedUntil(System.nanoTime() - 1);

        CompletableFuture<Void> passing = passing(1);
        Await.until("it waits", PATIENCE, () -> ceiling.waiting() == 1);
        assertThat(passing).isNotDone();
        ceiling.permittedUntil(System.nanoTime() + TimeUnit.MINUTES.toNanos(1));

        passing.get(10, TimeUnit.SECONDS);
    }

    @Test
    void nothing_is_sent_before_it_is_said_that_no_other_process_runs_the_task() throws Exception {
        var fresh = new Ceiling(wanted::incrementAndGet);
        fresh.startAt(0, MEGABYTE);
        fresh.written(MEGABYTE);

        CompletableFuture<Void> passing = passing(fresh, 1);
        CompletableFuture<Void> snapshot = running(fresh::passSnapshot);
        Await.until("both wait", PATIENCE, () -> fresh.waiting() == 2);
        assertThat(passing).isNotDone();
        assertThat(snapshot).isNotDone();
        fresh.permittedUntil(System.nanoTime() + TimeUnit.MINUTES.toNanos(1));

        passing.get(10, TimeUnit.SECONDS);
        snapshot.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_machine_that_was_suspended_sends_nothing_even_if_its_clock_stood_still() throws Exception {
        var millis = new AtomicLong(1_000_000);
        var suspended = new Ceiling(wanted::incrementAndGet, millis::get);
        suspended.startAt(0, MEGABYTE);
        suspended.written(MEGABYTE);
        suspended.permittedUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
        suspended.pass(1);

        millis.addAndGet(60_001);

        CompletableFuture<Void> passing = passing(suspended, 2);
        Await.until("it waits", PATIENCE, () -> suspended.waiting() == 1);
        suspended.permittedUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
        passing.get(10, TimeUnit.SECONDS);
    }

    @Test
    void where_nothing_is_written_down_nothing_is_waited_for() throws Exception {
        var free = new Ceiling(null);

        free.pass(MEGABYTE);
        free.passSnapshot();
    }

    @Test
    void what_a_former_process_was_allowed_is_sent_once_this_one_has_a_record() throws Exception {
        ceiling.startAt(100, 100 + MEGABYTE);
        var value = new KeyValue(null, 0, 150);

        CompletableFuture<Void> passing = passing(150);
        CompletableFuture<KeyValue> reading = ceiling.pass(value).toCompletableFuture();
        Await.until("it waits", PATIENCE, () -> ceiling.waiting() == 1);
        assertThat(wanted).as("asked once").hasValue(1);
        assertThat(passing).isNotDone();
        assertThat(reading).isNotDone();
        ceiling.written(ceiling.propose(100));

        passing.get(10, TimeUnit.SECONDS);
        assertThat(reading).isCompletedWithValue(value);
    }

    @Test
    void a_value_waits_until_it_is_written_that_commands_may_be_contained_in_it() {
        ceiling.startAt(100, 100 + MEGABYTE);
        ceiling.written(100 + MEGABYTE);
        var near = new KeyValue(null, 0, 100 + MEGABYTE);
        var far = new KeyValue(null, 0, 3 * MEGABYTE);

        assertThat(ceiling.pass(near)).isCompletedWithValue(near);
        CompletableFuture<KeyValue> waiting = ceiling.pass(far).toCompletableFuture();
        assertThat(wanted).as("asked for").hasValue(1);
        long proposed = ceiling.propose(100);
        assertThat(waiting).as("proposed is not written").isNotDone();
        ceiling.written(proposed);

        assertThat(waiting).isCompletedWithValue(far);
        assertThat(proposed).isEqualTo(4 * MEGABYTE);
        assertThat(ceiling.read()).isEqualTo(3 * MEGABYTE);
    }

    @Test
    void what_was_read_in_the_snapshot_is_below_the_first_ceiling() {
        ceiling.startAt(0, 0);
        ceiling.snapshotWritten();

        assertThat(ceiling.pass(new KeyValue(null, 0, 5 * MEGABYTE))).isCompleted();

        assertThat(ceiling.propose(0)).isEqualTo(6 * MEGABYTE);
    }

    @Test
    void a_value_that_was_read_before_a_snapshot_is_not_waited_for() {
        ceiling.startAt(0, 0);
        CompletableFuture<KeyValue> waiting =
                ceiling.pass(new KeyValue(null, 0, 5 * MEGABYTE)).toCompletableFuture();

        ceiling.startAt(7, 7);

        assertThat(waiting).isCompletedExceptionally();
        assertThat(ceiling.read()).isZero();
    }

    @Test
    void whoever_waits_is_let_go_of() {
        ceiling.startAt(0, 0);
        ceiling.close();

        assertThatThrownBy(() -> ceiling.pass(1)).isInstanceOf(ShardStoppedException.class);
    }

    private CompletableFuture<Void> passing(long offset) {
        return passing(ceiling, offset);
    }

    private static CompletableFuture<Void> passing(Ceiling ceiling, long offset) {
        return running(() -> ceiling.pass(offset));
    }

    /** What a shard's thread does. */
    private interface Passage {
        void run() throws ShardStoppedException;
    }

    private static CompletableFuture<Void> running(Passage passage) {
        return CompletableFuture.runAsync(() -> {
            try {
                passage.run();
            } catch (ShardStoppedException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
