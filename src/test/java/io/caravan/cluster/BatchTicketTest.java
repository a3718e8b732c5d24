package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTicketTest {

    private final List<String> ended = new ArrayList<>();

    @Test
    void a_command_is_a_unit_of_its_own() {
        BatchTicket ticket = ticket("SET a 1", "SET b 2");

        assertThat(ticket.unitEnd(0)).isEqualTo(1);
        assertThat(ticket.unitEnd(1)).isEqualTo(2);
    }

    @Test
    void a_transaction_is_one_unit() {
        BatchTicket ticket = ticket("SET a 1", "MULTI", "SET b 2", "SET c 3", "EXEC", "MULTI", "EXEC", "SET d 4");

        assertThat(ticket.startsTransaction(1)).isTrue();
        assertThat(ticket.unitEnd(1)).isEqualTo(5);
        assertThat(ticket.unitEnd(5)).isEqualTo(7);
        assertThat(ticket.startsTransaction(2)).isFalse();
    }

    @Test
    void a_batch_ends_when_the_last_unit_is_answered() {
        BatchTicket ticket = ticket("SET a 1", "SET b 2");
        ticket.expectAnswer();
        ticket.expectAnswer();
        ticket.routed();

        ticket.answered();
        assertThat(ended).isEmpty();
        ticket.answered();

        assertThat(ended).containsExactly("applied");
    }

    @Test
    void a_batch_does_not_end_before_all_of_its_units_were_found() {
        BatchTicket ticket = ticket("SET a 1", "SET b 2");
        ticket.expectAnswer();
        ticket.answered();
        assertThat(ended).isEmpty();

        ticket.expectAnswer();
        ticket.answered();
        ticket.routed();

        assertThat(ended).containsExactly("applied");
    }

    @Test
    void a_batch_of_which_nothing_is_sent_ends_at_once() {
        ticket("SET a 1").routed();

        assertThat(ended).containsExactly("applied");
    }

    @Test
    void a_batch_of_which_a_unit_is_counted_twice_fails_and_neither_ends_too_soon_nor_never() {
        BatchTicket ticket = ticket("SET a 1", "SET b 2");
        ticket.expectAnswer();
        ticket.answered();
        ticket.answered();

        ticket.expectAnswer();
        ticket.routed();
        assertThat(ended).isEmpty();
        ticket.answered();

        assertThat(ended).hasSize(1).first().asString().contains("was counted twice");
    }

    @Test
    void a_failed_batch_ends_when_the_rest_is_answered_with_the_first_failure() {
        BatchTicket ticket = ticket("SET a 1", "SET b 2", "SET c 3");
        for (int i = 0; i < 3; i++) {
            ticket.expectAnswer();
        }
        ticket.routed();

        ticket.failed(new IllegalStateException("first"));
        ticket.failed(new IllegalStateException("second"));
        assertThat(ended).isEmpty();
        ticket.answered();

        assertThat(ended).containsExactly("first");
    }

    private BatchTicket ticket(String... lines) {
        return new BatchTicket(
                Batches.stream(lines), failure -> ended.add(failure == null ? "applied" : failure.getMessage()));
    }
}
