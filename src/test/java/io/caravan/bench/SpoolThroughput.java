package io.caravan.bench;

import io.caravan.spool.Spool;
import io.caravan.spool.SpoolDirectory;
import io.caravan.spool.SpoolPlace;
import io.caravan.spool.SpoolReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How fast a spool takes bytes, and gives them back: {@code SpoolThroughput <folder> <megabytes>}. The folder should be on the
 * disk that is to be measured.
 */
final class SpoolThroughput {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int BUFFERS = 4;
    private static final long MEGABYTE = 1024 * 1024;

    private SpoolThroughput() {}

    public static void main(String[] args) throws IOException {
        long bytes = Long.parseLong(args[1]) * MEGABYTE;
        var place = new SpoolPlace(Path.of(args[0]), "throughput", 2 * bytes);
        try (SpoolDirectory directory = SpoolDirectory.open(place, List.of("shard"))) {
            Spool spool = directory.spoolOf("shard");
            spool.beginStream();
            report("appended", bytes, () -> append(spool, bytes));
            report("read back", bytes, () -> read(spool, bytes));
            spool.clear();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void report(String what, long bytes, Work work) throws IOException {
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%s: %d MB, %.0f MB/s%n", what, bytes / MEGABYTE, bytes / seconds / MEGABYTE);
    }

    /** As the socket gives them: buffers of 64 KB, as many as fit a block. */
    private static void append(Spool spool, long bytes) throws IOException {
        byte[] random = new byte[BUFFER_BYTES];
        new Random(1).nextBytes(random);
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).put(random).flip();
        for (long at = 0; at < bytes; at += (long) BUFFER_BYTES * BUFFERS) {
            spool.append(
                    at,
                    "throughput",
                    System.nanoTime(),
                    List.of(buffer.duplicate(), buffer.duplicate(), buffer.duplicate(), buffer.duplicate()));
        }
    }

    private static void read(Spool spool, long bytes) throws IOException {
        byte[] window = new byte[BUFFER_BYTES];
        try (SpoolReader reader = spool.reader(0)) {
            while (reader.offset() < bytes) {
                reader.read(window, 0, window.length);
            }
        }
    }
}
