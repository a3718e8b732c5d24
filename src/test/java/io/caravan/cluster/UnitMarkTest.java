package io.caravan.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnitMarkTest {

    @Test
    void a_mark_is_read_as_it_was_written() {
        for (String text : List.of("o4711.0", "s12.345", "o9223372036854775807.1")) {
            assertThat(new String(UnitMark.parse(text.getBytes(US_ASCII)).encoded(), US_ASCII))
                    .isEqualTo(text);
        }
    }

    @Test
    void what_is_no_mark_is_refused() {
        for (String text : List.of("", "o", "o1", "x1.0", "o1.0 ", "o-1.0", "4711")) {
            assertThatThrownBy(() -> UnitMark.parse(text.getBytes(US_ASCII)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void the_snapshot_comes_before_its_stream_and_within_each_the_order_is_that_of_the_units() {
        assertThat(List.of("s1.5", "s2.0", "s2.1", "o3.0", "o3.1", "o20.0").stream()
                        .map(text -> UnitMark.parse(text.getBytes(US_ASCII)))
                        .toList())
                .isSorted();
    }

    @Test
    void units_that_one_command_was_divided_into_differ() {
        CommandBatch batch = Batches.stream("INCR a", "INCR b");
        batch.edit(command -> {
            if (command.arguments().text(1).equals("b")) {
                command.insertAfter("INCR".getBytes(US_ASCII), "c".getBytes(US_ASCII));
            }
        });
        var ticket = new BatchTicket(batch, failure -> {});

        assertThat(UnitMark.of(ticket, 0)).isLessThan(UnitMark.of(ticket, 1));
        assertThat(UnitMark.of(ticket, 1)).isLessThan(UnitMark.of(ticket, 2));
        assertThat(UnitMark.of(ticket, 1).first())
                .isEqualTo(UnitMark.of(ticket, 2).first());
    }

    @Test
    void parts_of_a_transaction_that_was_divided_differ() {
        var batch = Batches.stream("MULTI", "INCR a", "EXEC", "MULTI", "INCR b", "EXEC");
        var ticket = new BatchTicket(batch, failure -> {});

        assertThat(UnitMark.of(ticket, 0).first()).isEqualTo(batch.endOffset(1));
        assertThat(UnitMark.of(ticket, 3).first()).isEqualTo(batch.endOffset(4));
    }
}
