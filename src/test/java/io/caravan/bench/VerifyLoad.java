package io.caravan.bench;

import static io.caravan.bench.BenchData.bytes;

import io.caravan.servers.RedisCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes that make it hard to compare two sides: commands that may and that may not be repeated, keys that expire within two
 * seconds, are deleted and renamed, and a few that change to and fro many times a second, so that a reader may meet either of two
 * values at any time.
 *
 * <p>One thread writes, in bursts, {@value #BURSTS} a second.
 */
final class VerifyLoad implements AutoCloseable {

    private static final int BURSTS = 200;
    private static final int KEYS = 20_000;
    private static final int FLICKERING = 50;
    private static final int KINDS = 14;
    private static final byte[] VALUE = bytes("0123456789abcdef");

    private final RawWriter out;
    private final Random random = new Random(5);
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong written = new AtomicLong();
    private final long begun = System.nanoTime();

    VerifyLoad(RedisCluster source, int perSecond) throws IOException {
        out = new RawWriter(source);
        int each = perSecond / BURSTS;
        thread.scheduleAtFixedRate(() -> burst(each), 0, 1_000_000_000L / BURSTS, TimeUnit.NANOSECONDS);
    }

    /** Commands a second, since it began. */
    long perSecond() {
        return written.get() * 1_000_000_000L / (System.nanoTime() - begun);
    }

    private void burst(int count) {
        try {
            for (int i = 0; i < count; i++) {
                command(random.nextInt(KINDS), random.nextInt(KEYS));
            }
            out.flush();
            written.addAndGet(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void command(int kind, int key) throws IOException {
        byte[] number = bytes(Integer.toString(random.nextInt(1_000_000)));
        byte[] member = bytes("m" + random.nextInt(20));
        int flickering = key % FLICKERING;
        switch (kind) {
            case 0 -> out.send(bytes("SET"), bytes("s:" + key), number);
            case 1 -> out.send(bytes("INCR"), bytes("c:" + key));
            case 2 -> out.send(bytes("LPUSH"), bytes("l:" + key), number);
            case 3 -> out.send(bytes("LTRIM"), bytes("l:" + key), bytes("0"), bytes("19"));
            case 4 -> out.send(bytes("ZADD"), bytes("z:" + key), number, member);
            case 5 -> out.send(bytes("HINCRBY"), bytes("h:" + key), member, number);
            case 6 ->
                out.send(
                        bytes("SET"),
                        bytes("e:" + key),
                        VALUE,
                        bytes("PX"),
                        bytes(Integer.toString(20 + random.nextInt(1980))));
            case 7 -> out.send(bytes("DEL"), bytes("s:" + key));
            case 8 -> out.send(bytes("RENAME"), bytes("{r:" + key + "}:a"), bytes("{r:" + key + "}:b"));
            case 9 -> out.send(bytes("SET"), bytes("{r:" + key + "}:a"), number);
            case 10 -> out.send(bytes("SADD"), bytes("flickering set " + flickering), VALUE);
            case 11 -> out.send(bytes("SREM"), bytes("flickering set " + flickering), VALUE);
            case 12 -> out.send(bytes("SET"), bytes("flickering string " + flickering), bytes("a"));
            default -> out.send(bytes("SET"), bytes("flickering string " + flickering), bytes("b"));
        }
    }

    /** Ends when the source has answered everything. */
    @Override
    public void close() throws IOException {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IOException("the writer does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        out.finish();
        out.close();
    }
}
