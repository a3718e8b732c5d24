package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The letters are those of the invariants of {@link DeliveryWindow}. */
class DeliveryWindowTest {

    private static final int MOST_BATCHES = 3;
    private static final long MOST_BYTES = 1000;

    private final List<Long> progress = new ArrayList<>();
    private final DeliveryWindow window = new DeliveryWindow(MOST_BATCHES, MOST_BYTES, () -> progress.add(offset()));

    @Test
    void before_anything_is_applied_there_is_no_position() {
        assertThat(window.position()).isEmpty();
    }

    @Test
    void invariant_A_an_applied_batch_moves_the_position() throws IOException {
        Delivery first = opened(0, 100);

        first.applied();

        assertThat(window.position()).contains(at(100));
        assertThat(progress).containsExactly(100L);
    }

    @Test
    void invariant_A_a_batch_applied_out_of_order_waits_for_those_before() throws IOException {
        Delivery first = opened(0, 100);
        Delivery second = opened(1, 200);
        Delivery third = opened(2, 300);

        third.applied();
        second.applied();
        assertThat(window.position()).isEmpty();
        first.applied();

        assertThat(window.position()).contains(at(300));
        assertThat(progress).containsExactly(300L);
    }

    @Test
    void invariant_A_a_batch_without_a_position_does_not_move_it() throws IOException {
        Delivery snapshot = window.open(0, 10, null);
        window.submit(0, () -> {});

        snapshot.applied();

        assertThat(window.position()).isEmpty();
        assertThat(progress).isEmpty();
    }

    @Test
    void the_position_behind_a_snapshot_counts_once_all_of_it_is_applied() throws IOException {
        Delivery snapshot = window.open(0, 10, null);
        window.submit(0, () -> {});

        window.passed(at(50));
        assertThat(window.position()).isEmpty();
        snapshot.applied();

        assertThat(window.position()).contains(at(50));
    }

    @Test
    void a_stream_that_moves_on_without_a_command_moves_the_position() {
        window.passed(at(14));

        assertThat(window.position()).contains(at(14));
        assertThat(window.openBatches()).isZero();
    }

    @Test
    void a_batch_counts_as_applied_once() throws IOException {
        Delivery first = opened(0, 100);
        opened(1, 200);

        first.applied();
        first.applied();

        assertThat(window.position()).contains(at(100));
        assertThat(window.openBatches()).isEqualTo(1);
    }

    @Test
    void invariant_B_no_more_batches_are_on_their_way_than_allowed() throws Exception {
        Delivery first = opened(0, 100);
        opened(1, 200);
        opened(2, 300);

        var fourth = Background.run(() -> opened(3, 400)).awaitWaiting();
        assertThat(window.openBatches()).isEqualTo(MOST_BATCHES);
        first.applied();

        fourth.result();
        assertThat(window.openBatches()).isEqualTo(MOST_BATCHES);
    }

    @Test
    void invariant_B_no_more_bytes_are_on_their_way_than_allowed() throws Exception {
        Delivery first = openedWithBytes(0, 600);
        openedWithBytes(1, 400);
        assertThat(window.openBytes()).isEqualTo(1000);

        var third = Background.run(() -> openedWithBytes(2, 1)).awaitWaiting();
        first.applied();

        third.result();
        assertThat(window.openBytes()).isEqualTo(401);
    }

    @Test
    void invariant_B_a_batch_larger_than_allowed_goes_alone() throws Exception {
        Delivery small = openedWithBytes(0, 1);

        var large = Background.run(() -> openedWithBytes(1, 5000)).awaitWaiting();
        small.applied();

        assertThat(large.result().bytes).isEqualTo(5000);
        assertThat(window.openBytes()).isEqualTo(5000);
    }

    @Test
    void invariant_C_the_next_batch_waits_until_the_sink_has_taken_the_one_before() throws Exception {
        window.open(0, 1, at(100));

        var second = Background.run(() -> window.open(1, 1, at(200))).awaitWaiting();
        window.submit(0, () -> {});

        assertThat(second.result().sequence).isEqualTo(1);
    }

    @Test
    void invariant_C_a_batch_that_the_route_disposed_of_lets_the_next_one_go() throws Exception {
        Delivery filtered = window.open(0, 1, at(100));

        var second = Background.run(() -> window.open(1, 1, at(200))).awaitWaiting();
        filtered.applied();

        second.result();
        assertThat(window.position()).contains(at(100));
    }

    @Test
    void a_batch_is_handed_over_when_it_is_due() throws IOException {
        window.open(0, 1, at(100));
        var handedOver = new ArrayList<String>();

        boolean due = window.submit(0, () -> handedOver.add("batch 0"));

        assertThat(due).isTrue();
        assertThat(handedOver).containsExactly("batch 0");
    }

    @Test
    void a_batch_that_is_submitted_twice_is_not_handed_over_again() throws IOException {
        opened(0, 100);

        assertThat(window.submit(0, DeliveryWindowTest::mustNotHappen)).isFalse();
    }

    @Test
    void a_batch_that_is_submitted_after_it_ended_is_not_handed_over() throws IOException {
        window.open(0, 1, at(100)).applied();

        assertThat(window.submit(0, DeliveryWindowTest::mustNotHappen)).isFalse();
    }

    @Test
    void an_older_batch_is_not_handed_over() throws IOException {
        opened(0, 100);
        window.open(1, 1, at(200));

        assertThat(window.submit(0, DeliveryWindowTest::mustNotHappen)).isFalse();
        assertThat(window.submit(1, () -> {})).isTrue();
    }

    @Test
    void a_batch_that_was_never_opened_is_not_handed_over() {
        assertThat(window.submit(0, DeliveryWindowTest::mustNotHappen)).isFalse();
    }

    @Test
    void after_a_failure_nothing_is_handed_over() throws IOException {
        Delivery first = opened(0, 100);
        window.open(1, 1, at(200));

        first.failed(new IOException("WRONGTYPE"));

        assertThat(window.submit(1, DeliveryWindowTest::mustNotHappen)).isFalse();
    }

    @Test
    void invariant_D_after_a_failure_the_position_stays() throws IOException {
        Delivery first = opened(0, 100);
        Delivery second = opened(1, 200);
        Delivery third = opened(2, 300);
        first.applied();

        second.failed(new IOException("WRONGTYPE"));
        third.applied();
        second.applied();

        assertThat(window.position()).contains(at(100));
        assertThat(progress).containsExactly(100L);
        assertThat(window.failure()).get().extracting(Throwable::getMessage).isEqualTo("WRONGTYPE");
    }

    @Test
    void the_first_failure_is_the_one_that_is_told() throws IOException {
        Delivery first = opened(0, 100);

        first.failed(new IOException("first"));
        first.failed(new IOException("second"));

        assertThatThrownBy(() -> window.open(1, 1, at(200)))
                .isInstanceOf(DeliveryFailedException.class)
                .hasMessage("first");
    }

    @Test
    void a_failure_wakes_who_waits_for_room() throws IOException {
        Delivery first = window.open(0, 1, at(100));
        var second = Background.run(() -> window.open(1, 1, at(200))).awaitWaiting();

        first.failed(new IOException("WRONGTYPE"));

        assertThatThrownBy(second::result).isInstanceOf(DeliveryFailedException.class);
    }

    @Test
    void a_close_wakes_who_waits_for_room() throws IOException {
        window.open(0, 1, at(100));
        var second = Background.run(() -> window.open(1, 1, at(200))).awaitWaiting();

        window.close();

        assertThatThrownBy(second::result).isInstanceOf(ShardStoppedException.class);
    }

    @Test
    void batches_on_their_way_may_end_after_the_close() throws IOException {
        Delivery first = window.open(0, 1, at(100));

        window.close();
        boolean due = window.submit(0, () -> {});
        first.applied();

        assertThat(due).isTrue();
        assertThat(window.position()).contains(at(100));
    }

    @Test
    void after_a_restart_older_batches_do_not_move_the_position() throws IOException {
        Delivery old = opened(0, 100);

        window.restart(at(5000));
        old.applied();

        assertThat(window.position()).contains(at(5000));
    }

    @Test
    void a_restart_with_a_snapshot_takes_the_position_away() throws IOException {
        opened(0, 100).applied();

        window.restart(null);

        assertThat(window.position()).isEmpty();
    }

    @Test
    void a_new_id_of_the_history_is_that_of_batches_on_their_way_too() throws IOException {
        opened(0, 100).applied();
        Delivery second = opened(1, 200);

        window.renamed("new id");
        assertThat(window.position()).contains(new ReplicationPosition("new id", 100, 0));
        second.applied();

        assertThat(window.position()).contains(new ReplicationPosition("new id", 200, 0));
    }

    @Test
    void who_waits_for_the_end_is_told_when_nothing_is_left() throws Exception {
        Delivery first = opened(0, 100);
        assertThat(window.awaitEmpty(0)).isFalse();

        first.applied();

        assertThat(window.awaitEmpty(0)).isTrue();
    }

    @Test
    void who_waits_for_the_end_is_told_of_a_failure_at_once() throws Exception {
        opened(0, 100).failed(new IOException("WRONGTYPE"));

        assertThat(window.awaitEmpty(60_000)).isFalse();
    }

    @Test
    void a_window_without_batches_has_no_age() throws IOException {
        assertThat(window.oldestAgeMillis()).isZero();
        opened(0, 100);
        assertThat(window.oldestAgeMillis()).isPositive();
    }

    @RepeatedTest(20)
    void in_whatever_order_batches_are_applied_the_position_has_nothing_unapplied_before_it(RepetitionInfo repetition)
            throws Exception {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        var wide = new DeliveryWindow(1000, Long.MAX_VALUE, () -> {});
        var onTheirWay = new ArrayList<Delivery>();
        var applied = new ArrayList<Long>();
        for (long sequence = 0; sequence < 200; sequence++) {
            onTheirWay.add(wide.open(sequence, 1, at(sequence)));
            wide.submit(sequence, () -> {});
            while (onTheirWay.size() > random.nextInt(60)) {
                Delivery ended = onTheirWay.remove(random.nextInt(onTheirWay.size()));
                ended.applied();
                applied.add(ended.sequence);
            }

            long expected = contiguous(applied);
            assertThat(wide.position().map(ReplicationPosition::offset).orElse(-1L))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
    }

    /** The last of the numbers 0, 1, 2, … of which none is missing. */
    private static long contiguous(List<Long> applied) {
        Collections.sort(applied);
        long last = -1;
        while (last + 1 < applied.size() && applied.get((int) last + 1) == last + 1) {
            last++;
        }
        return last;
    }

    /** A batch that was opened and that the sink has taken. */
    private Delivery opened(long sequence, long resumeOffset) throws IOException {
        Delivery delivery = window.open(sequence, 1, at(resumeOffset));
        window.submit(sequence, () -> {});
        return delivery;
    }

    private Delivery openedWithBytes(long sequence, long bytes) throws IOException {
        Delivery delivery = window.open(sequence, bytes, at(sequence));
        window.submit(sequence, () -> {});
        return delivery;
    }

    private long offset() {
        return window.position().orElseThrow().offset();
    }

    private static ReplicationPosition at(long offset) {
        return new ReplicationPosition("id", offset, 0);
    }

    private static void mustNotHappen() {
        throw new AssertionError("handed over");
    }
}
