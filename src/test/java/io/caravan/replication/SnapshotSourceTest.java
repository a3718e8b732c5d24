package io.caravan.replication;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.rdb.CorruptRdbException;
import io.caravan.rdb.RdbInput;
import io.caravan.replication.SourceException.Remedy;
import java.io.EOFException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule: Redis {@code replication.c}, {@code readSyncBulkPayload}. */
class SnapshotSourceTest {

    private static final String MARK = "0123456789abcdef0123456789abcdef01234567";
    private static final String SNAPSHOT = "REDIS0009 and so on";

    @Test
    void a_snapshot_of_known_length_ends_where_its_frame_ends() throws Exception {
        var link = new Pieces(bytes("$" + SNAPSHOT.length() + "\r\n" + SNAPSHOT + "*1\r\n"), 100);
        SnapshotSource source = SnapshotSource.open(link);
        RdbInput in = readThrough(source);

        byte[] rest = source.close(in);

        assertThat(source.length()).isEqualTo(SNAPSHOT.length());
        assertThat(rest).isEmpty();
        assertThat(link.left()).as("the stream behind it").isEqualTo(4);
    }

    @Test
    void a_snapshot_of_unknown_length_ends_before_its_mark() throws Exception {
        var link = new Pieces(bytes("$EOF:" + MARK + "\r\n" + SNAPSHOT + MARK + "*1\r\n"), 1000);
        SnapshotSource source = SnapshotSource.open(link);
        RdbInput in = readThrough(source);

        byte[] rest = source.close(in);

        assertThat(source.length()).isZero();
        assertThat(rest).as("the stream behind it").isEqualTo(bytes("*1\r\n"));
    }

    @Test
    void both_forms_are_read_whatever_pieces_they_come_in() throws Exception {
        byte[] known = bytes("\n\n$" + SNAPSHOT.length() + "\r\n" + SNAPSHOT);
        byte[] unknown = bytes("\n$EOF:" + MARK + "\r\n" + SNAPSHOT + MARK);
        for (int pieceLength = 1; pieceLength < unknown.length; pieceLength++) {
            for (byte[] frame : new byte[][] {known, unknown}) {
                SnapshotSource source = SnapshotSource.open(new Pieces(frame, pieceLength));
                RdbInput in = readThrough(source);

                assertThat(source.close(in)).as("pieces of %d", pieceLength).isEmpty();
            }
        }
    }

    @Test
    void newlines_while_the_source_prepares_the_snapshot_are_passed_over() throws Exception {
        SnapshotSource source = SnapshotSource.open(new Pieces(bytes("\n".repeat(500) + "$5\r\nhello"), 3));

        byte[] target = new byte[10];
        assertThat(source.read(target, 0, 10)).isPositive();
        assertThat(source.length()).isEqualTo(5);
    }

    @Test
    void nothing_behind_a_snapshot_of_known_length_is_read() throws Exception {
        var link = new Pieces(bytes("$5\r\nhello, stream"), 100);
        SnapshotSource source = SnapshotSource.open(link);

        assertThat(source.read(new byte[100], 0, 100)).isEqualTo(5);
        assertThatThrownBy(() -> source.read(new byte[100], 0, 100))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining("the snapshot has no end within the 5 bytes announced");
    }

    @Test
    void a_snapshot_that_ends_before_its_frame_is_corrupt() throws Exception {
        SnapshotSource source = SnapshotSource.open(new Pieces(bytes("$100\r\n" + SNAPSHOT + "x".repeat(100)), 1000));
        RdbInput in = readThrough(source);

        assertThatThrownBy(() -> source.close(in))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining("the snapshot ends at byte 19 of the 100 announced");
    }

    @Test
    void a_snapshot_that_is_followed_by_another_mark_is_corrupt() throws Exception {
        String other = MARK.replace('0', 'x');
        SnapshotSource source =
                SnapshotSource.open(new Pieces(bytes("$EOF:" + MARK + "\r\n" + SNAPSHOT + other), 1000));
        RdbInput in = readThrough(source);

        assertThatThrownBy(() -> source.close(in))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining("the snapshot is not followed by its end mark");
    }

    @Test
    void a_source_that_gives_the_snapshot_up_is_asked_again() {
        assertThatThrownBy(
                        () -> SnapshotSource.open(new Pieces(bytes("\n-ERR Unable to perform background save\r\n"), 9)))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.remedy()).isEqualTo(Remedy.RETRY))
                .hasMessage(
                        "the source gave the snapshot up: '-ERR Unable to perform background save'; its log says why");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+OK\r\n", "$-1\r\n", "$0\r\n", "$abc\r\n", "$EOF:short\r\n", "$9999999999999999999\r\n"})
    void a_header_that_is_none_is_quoted(String header) {
        assertThatThrownBy(() -> SnapshotSource.open(new Pieces(bytes(header), 100)))
                .isInstanceOf(SourceException.class)
                .hasMessage("expected the header of a snapshot but found '" + header.trim() + "'");
    }

    @Test
    void a_header_without_an_end_is_not_waited_for() {
        assertThatThrownBy(() -> SnapshotSource.open(new Pieces(bytes("x".repeat(1000)), 100)))
                .isInstanceOf(SourceException.class);
    }

    @Test
    void a_link_that_is_lost_in_the_header_fails() {
        assertThatThrownBy(() -> SnapshotSource.open(new Pieces(bytes("\n\n$12"), 100)))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void a_link_that_is_lost_in_the_snapshot_fails() throws Exception {
        SnapshotSource source = SnapshotSource.open(new Pieces(bytes("$100\r\nREDIS"), 100));

        assertThatThrownBy(() -> readThrough(source)).isInstanceOf(EOFException.class);
    }

    /** As the snapshot's reader does: reads to the snapshot's last byte, and may have received more. */
    private static RdbInput readThrough(SnapshotSource source) throws Exception {
        var in = new RdbInput(source, 0);
        in.require(SNAPSHOT.length());
        in.advance(SNAPSHOT.length());
        return in;
    }
}
