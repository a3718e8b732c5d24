package io.caravan.replication;

import static io.caravan.resp.Typed.commands;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import io.caravan.command.LargeCommand;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Typed;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeCommandReaderTest {

    private static final int WINDOW = 64;

    @TempDir
    Path temporaryFiles;

    private final CommandScanner scanner = new CommandScanner();
    private final ReceiveQueue queue = new ReceiveQueue(Long.MAX_VALUE, open -> {});
    private LargeCommandReader reader;

    @BeforeEach
    void make() throws IOException {
        reader = new LargeCommandReader(temporaryFiles);
    }

    @Test
    void a_command_is_read_whole_wherever_its_pieces_begin_and_end() throws IOException {
        byte[] command = commands("MSET a " + "x".repeat(100) + " b " + "y".repeat(70) + " c z");
        for (int pieceLength = 1; pieceLength <= command.length; pieceLength++) {
            var test = new LargeCommandReaderTest();
            test.temporaryFiles = temporaryFiles;
            test.make();

            test.read(command, pieceLength);

            assertThat(test.reader.length()).as("pieces of %d", pieceLength).isEqualTo(command.length);
            assertThat(test.reader.restLength()).isZero();
            assertThat(test.bytes()).as("pieces of %d", pieceLength).isEqualTo(command);
        }
    }

    @Test
    void what_was_received_behind_the_command_is_handed_on() throws IOException {
        byte[] command = commands("SET a " + "x".repeat(100));
        byte[] behind = commands("DEL b");

        read(Typed.join(command, behind), 1000);

        byte[] rest = reader.rest(500);
        assertThat(rest).hasSize(500);
        int received = reader.restLength();
        assertThat(Arrays.copyOf(rest, received)).isEqualTo(Arrays.copyOf(behind, received));
        assertThat(reader.length()).isEqualTo(command.length);
    }

    @Test
    void a_batch_of_the_command_tells_its_meaning_and_key() throws IOException {
        read(commands("SET key " + "x".repeat(100)), 10);

        CommandBatch batch = batch();

        assertThat(batch.size()).isEqualTo(1);
        assertThat(batch.isLarge(0)).isTrue();
        assertThat(batch.spec(0).name()).isEqualTo("SET");
        assertThat(batch.key(0)).isEqualTo(Typed.bytes("key"));
        assertThat(batch.database(0)).isEqualTo(3);
    }

    @Test
    void a_link_that_is_lost_fails_the_reading() {
        byte[] command = commands("SET a " + "x".repeat(100));

        assertThatThrownBy(() -> read(Arrays.copyOf(command, 90), 10)).isInstanceOf(EOFException.class);
        assertThat(reader.restLength()).isZero();
    }

    @Test
    void bytes_that_are_no_command_fail_the_reading() {
        byte[] forged = Typed.bytes("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$100\r\n" + "x".repeat(200));

        assertThatThrownBy(() -> read(forged, 10)).isInstanceOf(MalformedRespException.class);
    }

    /** As the stream's reader does: a full window, the rest in the queue. */
    private void read(byte[] received, int pieceLength) throws IOException {
        byte[] window = Arrays.copyOf(received, WINDOW);
        for (int at = WINDOW; at < received.length; at += pieceLength) {
            queue.add(Unpooled.copiedBuffer(received, at, Math.min(pieceLength, received.length - at)));
        }
        queue.end(new EOFException("the link is lost"));
        scanner.scan(window, 0, WINDOW);
        reader.read(scanner, window, WINDOW, queue);
    }

    private CommandBatch batch() {
        var outlet = new BatchOutlet(
                new FakeShard(),
                new DeliveryWindow(1, 1, () -> {}),
                (b, d) -> {},
                new ShardCounters(),
                new SourceClock(),
                new Ceiling(null));
        return reader.toBatch(outlet.stream("id", 0, reader.length(), System.nanoTime()), 3);
    }

    private byte[] bytes() throws IOException {
        LargeCommand command = batch().large().orElseThrow();
        var all = ByteBuffer.allocate((int) command.length());
        command.read(all, 0);
        command.close();
        return all.array();
    }
}
