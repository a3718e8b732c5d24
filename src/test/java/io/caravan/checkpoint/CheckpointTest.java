package io.caravan.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {

    private static final Checkpoint CHECKPOINT = new Checkpoint(
            "orders",
            "07c37dfe",
            "[::1]:7000",
            "8d5f3c0e",
            4711,
            5000,
            Phase.STREAM,
            3,
            "0-5460",
            Checkpoint.Sweep.DUE,
            List.of("caravan:2b", "caravan:1a"),
            "1x2y",
            1_700_000_000_000L);

    @Test
    void a_checkpoint_is_a_line_that_a_person_can_read() {
        assertThat(CHECKPOINT.encode())
                .isEqualTo(
                        "version=1 source=[::1]:7000 replicationId=8d5f3c0e applied=4711 ceiling=5000 phase=STREAM"
                                + " database=3 slots=0-5460 sweep=DUE writers=caravan:2b,caravan:1a lineage=1x2y time=1700000000000");
    }

    @Test
    void a_checkpoint_is_read_back_as_it_was_written() {
        assertThat(Checkpoint.decode("orders", "07c37dfe", CHECKPOINT.encode())).isEqualTo(CHECKPOINT);
    }

    @Test
    void a_record_of_before_there_were_lineages_has_none() {
        String line = CHECKPOINT.encode().replace(" lineage=1x2y", "");

        assertThat(Checkpoint.decode("orders", "07c37dfe", line).lineage()).isEmpty();
    }

    @Test
    void fields_may_stand_in_any_order_and_later_ones_may_be_added() {
        String line =
                "ceiling=5000 applied=4711 time=1700000000000 database=3 slots=0-5460 sweep=DUE writers=caravan:2b,caravan:1a lineage=1x2y phase=STREAM color=blue=ish"
                        + " replicationId=8d5f3c0e source=[::1]:7000  version=1 ";

        assertThat(Checkpoint.decode("orders", "07c37dfe", line)).isEqualTo(CHECKPOINT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "version=2 source=a replicationId=b applied=1 ceiling=1 phase=STREAM database=0 slots=0-1 sweep=DONE writers= time=1",
                "source=a replicationId=b applied=1 ceiling=1 phase=STREAM database=0 slots=0-1 sweep=DONE writers= time=1",
                "version=1 source=a replicationId=b ceiling=1 phase=STREAM database=0 slots=0-1 sweep=DONE writers= time=1",
                "version=1 source=a replicationId=b applied=x ceiling=1 phase=STREAM database=0 slots=0-1 sweep=DONE writers= time=1",
                "version=1 source=a replicationId=b applied=1 ceiling=1 phase=LATER database=0 slots=0-1 sweep=DONE writers= time=1",
                "version=1 source=a replicationId=b applied=2 ceiling=1 phase=STREAM database=0 slots=0-1 sweep=DONE writers= time=1",
                "version=1 source=a replicationId=b applied=-1 ceiling=1 phase=STREAM database=0 slots=0-1 sweep=DONE writers= time=1",
            })
    void a_damaged_line_is_refused(String line) {
        assertThatThrownBy(() -> Checkpoint.decode("orders", "07c37dfe", line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void every_cut_of_a_line_is_refused_or_read_with_the_right_position() {
        String line = CHECKPOINT.encode();
        for (int length = 0; length < line.indexOf(" time="); length++) {
            String cut = line.substring(0, length);
            assertThatThrownBy(() -> Checkpoint.decode("orders", "07c37dfe", cut))
                    .as("cut at %d", length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_checkpoint_without_writers_is_read_back() {
        var checkpoint = new Checkpoint(
                "t", "s", "a:1", "id", 10, 10, Phase.STREAM, 0, "0-1", Checkpoint.Sweep.DONE, List.of(), "", 0);

        assertThat(Checkpoint.decode("t", "s", checkpoint.encode())).isEqualTo(checkpoint);
    }

    @Test
    void nothing_is_applied_beyond_the_ceiling() {
        assertThatThrownBy(() -> new Checkpoint(
                        "t", "s", "a:1", "id", 11, 10, Phase.STREAM, 0, "0-1", Checkpoint.Sweep.DONE, List.of(), "", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a checkpoint with applied 11 above ceiling 10");
    }
}
