package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RdbInputTest {

    /** The window that there is at least. */
    private static final int WINDOW = 64 * 1024;

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void what_was_marked_is_one_slice_however_it_arrived() throws Exception {
        byte[] bytes = random(500_000);
        var in = new RdbInput(ByteSources.inPieces(bytes, 777), 400_000);
        in.skip(50_001);

        in.mark();
        in.skip(300_000);

        assertThat(in.position() - in.marked()).isEqualTo(300_000);
        assertThat(in.window()[in.marked()]).isEqualTo(bytes[50_001]);
        assertThat(in.window()[in.position() - 1]).isEqualTo(bytes[350_000]);
        assertThat(in.offset()).isEqualTo(350_001);
    }

    @Test
    void what_may_not_be_held_is_told_and_the_mark_can_be_gone_back_to() throws Exception {
        byte[] bytes = random(500_000);
        var in = new RdbInput(ByteSources.inPieces(bytes, 777), 100_000);
        in.skip(10);

        in.mark();

        assertThatThrownBy(() -> in.skip(100_001)).isInstanceOf(ValueTooLargeException.class);
        assertThatThrownBy(() -> in.skip(Long.MAX_VALUE)).isInstanceOf(ValueTooLargeException.class);
        assertThatThrownBy(() -> in.require(Long.MAX_VALUE)).isInstanceOf(ValueTooLargeException.class);
        in.reset();
        assertThat(in.offset()).isEqualTo(10);
        assertThat(in.readByte()).isEqualTo(bytes[10] & 0xff);
        in.skip(400_000);
        assertThat(in.readByte()).isEqualTo(bytes[400_011] & 0xff);
    }

    @Test
    void a_mark_is_held_up_to_the_limit_byte_by_byte_too() throws Exception {
        var in = new RdbInput(ByteSources.whole(random(300_000)), WINDOW);
        in.skip(1000);
        in.mark();

        assertThatThrownBy(() -> {
                    while (true) {
                        in.readByte();
                    }
                })
                .isInstanceOf(ValueTooLargeException.class);

        assertThat(in.position() - in.marked()).isEqualTo(WINDOW);
    }

    @Test
    void what_follows_the_snapshot_is_handed_over() throws Exception {
        byte[] bytes = random(100);
        var in = new RdbInput(ByteSources.whole(bytes), 0);

        in.skip(60);

        assertThat(in.rest()).hasSize(40).endsWith(bytes[99]);
    }

    @Test
    void an_end_too_early_names_the_offset_and_keeps_the_cause() {
        var in = new RdbInput(ByteSources.inPieces(random(200_000), 1000), 0);

        assertThatThrownBy(() -> in.skip(200_001))
                .isInstanceOf(EOFException.class)
                .hasMessage("the snapshot ends too early, at byte 200000: the test has no more bytes")
                .hasCauseInstanceOf(EOFException.class);
    }

    @Test
    void a_source_that_gives_nothing_has_ended() {
        var in = new RdbInput((target, at, room) -> 0, 0);

        assertThatThrownBy(in::readByte).isInstanceOf(EOFException.class);
    }

    @Test
    void another_failure_of_the_source_is_passed_on() {
        var failure = new IOException("connection reset");
        var in = new RdbInput(
                (target, at, room) -> {
                    throw failure;
                },
                0);

        assertThatThrownBy(in::readByte).isSameAs(failure);
    }

    @Test
    void bytes_that_are_there_are_read_without_a_copy() throws Exception {
        byte[] bytes = random(100);
        byte[] before = bytes.clone();

        RdbInput in = RdbInput.of(bytes, 10, 90);

        assertThat(in.window()).isSameAs(bytes);
        in.skip(80);
        assertThatThrownBy(in::readByte).isInstanceOf(EOFException.class);
        assertThat(bytes).isEqualTo(before);
    }

    @RepeatedTest(50)
    void the_checksum_covers_every_byte_once_whatever_is_read_and_reset(RepetitionInfo repetition) throws Exception {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        byte[] bytes = random(400_000);
        var in = new RdbInput(ByteSources.inPieces(bytes, 1 + random.nextInt(5000)), 1 + random.nextInt(200_000));

        while (in.offset() < bytes.length - 1000) {
            int count = random.nextInt(1 + (int) Math.min(60_000, bytes.length - in.offset()));
            switch (random.nextInt(5)) {
                case 0 -> in.skip(count);
                case 1 -> in.readByte();
                case 2 -> in.checksum();
                case 3 -> {
                    in.mark();
                    in.skip(count);
                    in.reset();
                }
                default -> {
                    int from = (int) in.offset();
                    in.mark();
                    in.skip(count);
                    assertThat(in.checksumFromMark(7))
                            .as("seed %d", seed)
                            .isEqualTo(Crc64.update(Crc64.update(0, 7), bytes, from, count));
                    in.unmark();
                }
            }
        }

        long offset = in.offset();
        assertThat(in.checksum()).as("seed %d", seed).isEqualTo(Crc64.update(0, bytes, 0, (int) offset));
    }
}
