package io.caravan.bench;

import io.caravan.servers.RedisCluster;
import io.caravan.servers.RespClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The time from a write at the source, acknowledged there, until a reader at the destination has it: entries of a stream
 * that a client of the destination waits for ({@code XREAD BLOCK}).
 */
final class LatencyProbe {

    private static final String KEY = "latency-probe";

    private final RedisCluster source;
    private final RedisCluster destination;

    LatencyProbe(RedisCluster source, RedisCluster destination) {
        this.source = source;
        this.destination = destination;
    }

    /** Sends {@code count} probes, {@code perSecond} a second; answers their latencies in microseconds, sorted. */
    long[] measure(int count, int perSecond) throws InterruptedException {
        Map<Integer, Long> written = new ConcurrentHashMap<>();
        long[] latencies = new long[count];
        var ready = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        var reader = new Thread(() -> {
            read(count, written, latencies, ready);
            done.countDown();
        });
        reader.start();
        ready.await();
        write(count, perSecond, written);
        if (!done.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("probes were lost");
        }
        Arrays.sort(latencies);
        return latencies;
    }

    private void write(int count, int perSecond, Map<Integer, Long> written) throws InterruptedException {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        var sent = new CountDownLatch(count);
        var number = new AtomicInteger();
        try (RespClient client = source.nodeForKey(BenchData.bytes(KEY)).client()) {
            clock.scheduleAtFixedRate(
                    () -> {
                        int probe = number.getAndIncrement();
                        if (probe < count) {
                            client.call("XADD", KEY, "*", "n", Integer.toString(probe));
                            written.put(probe, System.nanoTime());
                            sent.countDown();
                        }
                    },
                    0,
                    1_000_000_000L / perSecond,
                    TimeUnit.NANOSECONDS);
            sent.await();
        } finally {
            clock.shutdownNow();
        }
    }

    private void read(int count, Map<Integer, Long> written, long[] latencies, CountDownLatch ready) {
        try (RespClient client = destination.nodeForKey(BenchData.bytes(KEY)).client()) {
            client.timeout(Duration.ofSeconds(60));
            String last = "$";
            int received = 0;
            ready.countDown();
            while (received < count) {
                var entries = StreamEntries.of(client.call("XREAD", "BLOCK", "20000", "STREAMS", KEY, last));
                long now = System.nanoTime();
                for (StreamEntries.Entry entry : entries) {
                    last = entry.id();
                    Long at = written.get(entry.number());
                    // The entry may be here before the writer's own acknowledgement is: no time has passed then.
                    latencies[received++] = at == null ? 0 : Math.max(0, (now - at) / 1000);
                }
            }
        }
    }
}
