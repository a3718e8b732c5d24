package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.checkpoint.Lease;
import io.caravan.checkpoint.LeaseAnswer;
import io.caravan.checkpoint.LeaseAnswer.Standing;
import io.caravan.checkpoint.LeaseHolder;
import io.caravan.servers.Await;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TaskLeaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final LeaseHolder OTHER = new LeaseHolder("2-2", "10.0.0.2", "", 4712, 1);
    private static final LeaseAnswer AFTER_OTHER = new LeaseAnswer(Standing.TAKEN_AFTER_ANOTHER, Optional.of(OTHER));

    private final FakeLease answers = new FakeLease();
    private final Heard heard = new Heard();

    @Test
    void what_is_taken_is_held() {
        answers.will(AFTER_OTHER);
        var lease = new TaskLease("orders", answers, LONG);

        lease.take();

        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void the_answer_that_another_has_it_gives_no_right() {
        answers.will(LeaseAnswer.anothers(OTHER));
        var lease = new TaskLease("orders", answers, SHORT);

        assertThatThrownBy(lease::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("task orders is run by process 4712 on 10.0.0.2");

        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void a_question_that_fails_after_another_was_seen_to_have_it_is_asked_again() {
        answers.will(LeaseAnswer.anothers(OTHER)).fails().fails().will(AFTER_OTHER);
        var lease = new TaskLease("orders", answers, LONG);

        lease.take();

        assertThat(answers.asked).isEqualTo(4);
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void another_that_was_seen_to_have_it_has_it_while_no_answer_comes() {
        answers.will(LeaseAnswer.anothers(OTHER)).fails();
        var lease = new TaskLease("orders", answers, SHORT);

        assertThatThrownBy(lease::take).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void what_could_not_be_taken_is_not_held_and_begins_again_once_it_is() {
        answers.fails().will(LeaseAnswer.TAKEN);
        var lease = new TaskLease("orders", answers, LONG);

        lease.take();
        assertThat(lease.isHeld()).isFalse();
        lease.listen(heard);
        lease.renew();

        assertThat(heard.events).containsExactly("restart: nothing says who has had it since");
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void a_lease_that_was_taken_by_a_question_whose_answer_was_lost_begins_again() {
        answers.fails().will(LeaseAnswer.KEPT);
        var lease = new TaskLease("orders", answers, LONG);
        lease.take();
        lease.listen(heard);

        lease.renew();

        assertThat(heard.events).containsExactly("restart: it could not be taken when its checkpoints were read");
    }

    @Test
    void what_is_renewed_in_time_is_kept() {
        answers.will(LeaseAnswer.TAKEN).will(LeaseAnswer.KEPT);
        TaskLease lease = taken(SHORT);

        renewWhenDue(lease, 2);

        assertThat(heard.events).containsExactly("kept");
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void what_has_run_out_is_kept_if_nobody_else_has_had_it() {
        answers.will(LeaseAnswer.TAKEN).will(LeaseAnswer.KEPT);
        TaskLease lease = taken(SHORT);
        Await.until("it has run out", PATIENCE, () -> !lease.isHeld());

        lease.renew();

        assertThat(heard.events).containsExactly("kept");
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void it_runs_out_by_the_time_of_day_as_well_and_is_asked_for_at_once() {
        answers.will(LeaseAnswer.TAKEN).will(LeaseAnswer.KEPT);
        var millis = new AtomicLong(1_000_000);
        var lease = new TaskLease("orders", answers, LONG, millis::get);
        lease.take();
        lease.listen(heard);
        lease.renew();
        assertThat(answers.asked).as("not due yet").isOne();

        millis.addAndGet(LONG.toMillis() + 1);
        assertThat(lease.isHeld()).isFalse();
        assertThat(lease.validUntilNanos()).isLessThanOrEqualTo(System.nanoTime());
        lease.renew();

        assertThat(heard.events).containsExactly("kept");
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void what_another_has_had_meanwhile_is_never_held_again() {
        answers.will(LeaseAnswer.TAKEN).will(AFTER_OTHER).will(LeaseAnswer.KEPT);
        TaskLease lease = taken(SHORT);

        renewWhenDue(lease, 2);
        Await.until("it has run out", PATIENCE, () -> !lease.isHeld());
        lease.renew();

        assertThat(heard.events).containsExactly("restart: " + OTHER + " has had it meanwhile");
        assertThat(lease.isHeld()).isFalse();
        assertThat(answers.asked).isEqualTo(2);
    }

    @Test
    void what_is_gone_before_it_has_run_out_nobody_else_has_had() {
        answers.will(LeaseAnswer.TAKEN).will(LeaseAnswer.TAKEN);
        TaskLease lease = taken(Duration.ofSeconds(3));

        renewWhenDue(lease, 2);

        assertThat(heard.events).containsExactly("kept");
    }

    @Test
    void of_what_has_run_out_until_the_answer_comes_nobody_knows_either() {
        var answer = new CompletableFuture<LeaseAnswer>();
        answers.will(LeaseAnswer.TAKEN).will(answer);
        TaskLease lease = taken(SHORT);
        renewWhenDue(lease, 2);
        Await.until("it has run out", PATIENCE, () -> !lease.isHeld());

        answer.complete(LeaseAnswer.TAKEN);

        assertThat(heard.events).containsExactly("restart: nothing says who has had it since");
    }

    @Test
    void of_what_has_run_out_and_is_gone_nobody_knows_who_has_had_it() {
        answers.will(LeaseAnswer.TAKEN).will(LeaseAnswer.TAKEN);
        TaskLease lease = taken(SHORT);
        Await.until("it has run out", PATIENCE, () -> !lease.isHeld());

        lease.renew();

        assertThat(heard.events).containsExactly("restart: nothing says who has had it since");
    }

    @Test
    void a_task_that_another_has_taken_over_is_ended() {
        answers.will(LeaseAnswer.TAKEN).will(LeaseAnswer.anothers(OTHER)).will(LeaseAnswer.KEPT);
        TaskLease lease = taken(SHORT);

        renewWhenDue(lease, 2);
        lease.renew();

        assertThat(heard.events)
                .singleElement()
                .asString()
                .startsWith("end: task orders has been taken over by process 4712 on 10.0.0.2");
        assertThat(answers.asked).isEqualTo(2);
    }

    @Test
    void whoever_listens_later_is_told_that_it_was_lost() {
        answers.will(LeaseAnswer.TAKEN).will(AFTER_OTHER);
        var lease = new TaskLease("orders", answers, SHORT);
        lease.take();
        renewWhenDue(lease, 2);

        lease.listen(heard);

        assertThat(heard.events).hasSize(1);
    }

    private TaskLease taken(Duration time) {
        var lease = new TaskLease("orders", answers, time);
        lease.take();
        lease.listen(heard);
        return lease;
    }

    private void renewWhenDue(TaskLease lease, int asked) {
        Await.until("it is asked for again", PATIENCE, () -> {
            lease.renew();
            return answers.asked == asked;
        });
    }

    /** Writes down what it is told. */
    private static final class Heard implements TaskLease.Listener {

        private final List<String> events = new ArrayList<>();

        @Override
        public void kept() {
            events.add("kept");
        }

        @Override
        public void isAnothers(String why) {
            events.add("end: " + why);
        }

        @Override
        public void mayHaveBeenAnothers(String why) {
            events.add("restart: " + why);
        }
    }

    /** Answers what it is told to, the last again and again. */
    private static final class FakeLease implements Lease {

        private final ArrayDeque<CompletionStage<LeaseAnswer>> answers = new ArrayDeque<>();
        private int asked;

        FakeLease will(LeaseAnswer answer) {
            return will(CompletableFuture.completedFuture(answer));
        }

        FakeLease will(CompletableFuture<LeaseAnswer> answer) {
            answers.add(answer);
            return this;
        }

        FakeLease fails() {
            answers.add(CompletableFuture.failedFuture(new IllegalStateException("connection lost")));
            return this;
        }

        @Override
        public CompletionStage<LeaseAnswer> hold(LeaseHolder me, Duration time) {
            asked++;
            return answers.size() > 1 ? answers.remove() : answers.element();
        }

        @Override
        public CompletionStage<Void> release(LeaseHolder me) {
            return CompletableFuture.completedFuture(null);
        }
    }
}
