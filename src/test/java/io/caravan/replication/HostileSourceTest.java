package io.caravan.replication;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.command.FakeShard;
import io.caravan.command.HashSlot;
import io.caravan.rdb.Allocation;
import io.caravan.rdb.CorruptRdbException;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.RdbDialect;
import io.caravan.rdb.SnapshotFixture;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Typed;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What real sources sent, changed and cut short: reading it ends, with its end or with a message that names the byte, and
 * takes no more memory than what is really there justifies. {@code -Dcaravan.hostile=100} tries harder.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class HostileSourceTest {

    private static final long SEED = 20241125;
    private static final int MUTATIONS = Integer.getInteger("caravan.hostile", 3);
    private static final int START = 1000;

    /** Much of it goes to the leak detection of Netty, which notes where each buffer came by. */
    private static final long MEMORY = 32 << 20;

    private static final int MEMORY_PER_BYTE = 300;

    /** The least that may be held, so that as many values as can be are taken in pieces. */
    private static final int LARGE = 64 * 1024;

    private static final String MARK = "0123456789abcdef0123456789abcdef01234567";
    private static final ReplicationPosition POSITION = new ReplicationPosition("id", START, 0);
    private static final Path STREAMS = Path.of(System.getProperty("caravan.fixtures", "../shared/fixtures"))
            .resolve("stream");
    private static final Pattern OFFSET =
            Pattern.compile("the replication stream cannot be understood at offset (\\d+): .+", Pattern.DOTALL);

    private static final Limits LIMITS = new Limits(1000, 4096, 1000, Long.MAX_VALUE, Long.MAX_VALUE, LARGE);

    @TempDir
    private Path temporaryFiles;

    private final ShardCounters counters = new ShardCounters();
    private final DeliveryWindow window = new DeliveryWindow(1000, Long.MAX_VALUE, () -> {});
    private final BatchOutlet outlet = new BatchOutlet(
            new FakeShard(),
            window,
            (batch, delivery) -> {
                batch.release();
                delivery.applied();
            },
            counters,
            new SourceClock(),
            new Ceiling(null));

    @Test
    void a_damaged_snapshot_ends_or_names_the_byte() throws Exception {
        SnapshotFixture.assumePresent();
        long seed = SEED;
        int told = 0;
        for (SnapshotFixture fixture : SnapshotFixture.all()) {
            byte[] snapshot = fixture.bytes();
            for (int i = 0; i < MUTATIONS; i++) {
                var random = new Random(++seed);
                byte[] damaged = damaged(snapshot, random);
                String what = fixture + " with seed " + seed;

                String message = messageOf(what, damaged.length, () -> readSnapshot(damaged, random));

                assertThat(message).as(what).matches("(?s)|.*at byte \\d+.*");
                told += message.isEmpty() ? 0 : 1;
            }
        }
        assertThat(told).isPositive();
    }

    @Test
    void a_damaged_stream_goes_on_or_names_the_offset() throws Exception {
        assumeTrue(Files.isDirectory(STREAMS), () -> "no streams in " + STREAMS.toAbsolutePath());
        long seed = SEED;
        int told = 0;
        for (Path file : recordedStreams()) {
            byte[] stream = recorded(file);
            for (int i = 0; i < 20 * MUTATIONS; i++) {
                var random = new Random(++seed);
                byte[] damaged = damaged(stream, random);
                String what = file.getFileName() + " with seed " + seed;

                String message = messageOf(what, damaged.length, () -> readStream(damaged, random));

                if (!message.isEmpty()) {
                    Matcher offset = OFFSET.matcher(message);
                    assertThat(offset.matches()).as("%s: %s", what, message).isTrue();
                    assertThat(Long.parseLong(offset.group(1)))
                            .as("%s: %s", what, message)
                            .isBetween((long) START, (long) START + damaged.length);
                    told++;
                }
            }
        }
        assertThat(told).isPositive();
    }

    private interface Reading {
        void read() throws Exception;
    }

    /** What the reading failed with, empty if it did not, or no more bytes came. */
    private static String messageOf(String what, int length, Reading reading) throws Exception {
        String[] message = {""};
        long allocated = Allocation.bytesOf(() -> {
            try {
                reading.read();
            } catch (CorruptRdbException | MalformedRespException | EOFException e) {
                message[0] = String.valueOf(e.getMessage());
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError(what, e);
            }
            return 0;
        });
        assertThat(allocated).as(what).isLessThan(MEMORY + (long) MEMORY_PER_BYTE * length);
        return message[0];
    }

    private void readSnapshot(byte[] snapshot, Random random) throws IOException {
        byte[] frame = random.nextBoolean()
                ? Typed.join(bytes("$" + snapshot.length + "\r\n"), snapshot)
                : Typed.join(bytes("$EOF:" + MARK + "\r\n"), snapshot, bytes(MARK));
        DecodeTarget target = random.nextBoolean()
                ? DecodeTarget.NEWEST
                : DecodeTarget.of(RdbDialect.Fork.REDIS, 4 + random.nextInt(4), 0, 0);
        var source = SnapshotSource.open(new Pieces(frame, 1 + random.nextInt(100_000)));
        var batches = new SnapshotBatches(LIMITS, outlet, POSITION, temporaryFiles);
        new SnapshotReader(source, batches, counters, LARGE, target).run();
    }

    /** The end of the bytes is none of the stream. */
    private void readStream(byte[] stream, Random random) throws IOException {
        var reader = new StreamReader(LIMITS, outlet, new NoEvents(), POSITION, new byte[0]);
        var queue = new ReceiveQueue(Long.MAX_VALUE, open -> {});
        for (int at = 0; at < stream.length; ) {
            int count = Math.min(stream.length - at, 1 + random.nextInt(10_000));
            queue.add(Unpooled.wrappedBuffer(stream, at, count));
            at += count;
        }
        queue.end(new EOFException("all was received"));
        try {
            reader.run(queue);
        } catch (EOFException e) {
            assertThat(reader.received().offset()).isEqualTo(START + stream.length);
        } finally {
            queue.close();
        }
    }

    private final class NoEvents implements StreamReader.StreamEvents {

        @Override
        public void acknowledgementWanted(long offset) {
            assertThat(offset).isPositive();
        }

        @Override
        public void transactionDissolved(long offset, int bytes) {
            assertThat(bytes).isPositive();
        }

        @Override
        public void slotsArrive(BitSet slots, long offset) {
            assertThat(slots.length()).isBetween(1, HashSlot.COUNT);
        }

        @Override
        public LargeCommandReader largeCommand() throws IOException {
            return new LargeCommandReader(temporaryFiles);
        }
    }

    /** Cut short, or with a few bytes changed, or both. */
    private static byte[] damaged(byte[] original, Random random) {
        int kind = random.nextInt(3);
        byte[] damaged = kind == 0 ? original.clone() : Arrays.copyOf(original, 1 + random.nextInt(original.length));
        int changes = kind == 1 ? 0 : 1 + random.nextInt(4);
        for (int i = 0; i < changes && damaged.length > 0; i++) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) random.nextInt(256);
                case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> damaged[at] = (byte) (random.nextBoolean() ? 0xff : 0x81);
                default ->
                    Arrays.fill(damaged, at, Math.min(damaged.length, at + 9), (byte) ('0' + random.nextInt(10)));
            }
        }
        return damaged;
    }

    private static List<Path> recordedStreams() throws IOException {
        try (Stream<Path> files = Files.list(STREAMS)) {
            return files.filter(file -> file.toString().matches(".*\\d\\.json"))
                    .sorted()
                    .toList();
        }
    }

    /** All that a server sent in the scenarios it was recorded in. */
    private static byte[] recorded(Path file) throws IOException {
        var stream = new ByteArrayOutputStream();
        for (JsonNode scenario : new ObjectMapper().readTree(file.toFile()).path("scenarios")) {
            for (JsonNode raw : scenario.path("raw")) {
                stream.writeBytes(bytes(raw.asText()));
            }
        }
        return stream.toByteArray();
    }
}
