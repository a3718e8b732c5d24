package io.caravan.precheck;

import io.caravan.node.ServerInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Whether what each node that is linked to holds back for its replicas will do for what is written to it. */
final class SourceBuffers {

    /** What the questions of a precheck amount to, and more. */
    private static final long NOISE_BYTES_PER_SECOND = 64 * 1024;

    private SourceBuffers() {}

    static void look(Facts facts, Side source, Findings findings) throws IOException {
        List<Server> masters = source.masters();
        LinkNodes nodes = LinkNodes.of(facts, source);
        List<Reading> before = readings(masters);
        List<Reading> after = aSecondLater(masters, facts.scheduler());
        long silence = facts.settings().source().silence().toMillis();
        long together = 0;
        int silent = 0;
        for (int i = 0; i < masters.size(); i++) {
            Server server = nodes.of(masters.get(i));
            long rate = after.get(i).bytesPerSecondSince(before.get(i));
            together += rate;
            Optional<Buffers> buffers = buffers(server);
            if (buffers.isPresent()) {
                buffers.get().judge(server.name(), rate, Memory.dataBytes(server.info()), silence, findings);
            } else {
                silent++;
            }
        }
        if (silent == masters.size()) {
            findings.skip(
                    "the source does not tell its settings; grant the user +config|get (+config before Redis 7.0)");
        } else {
            findings.summary(Sizes.text(together) + " are written each second");
        }
    }

    private static Optional<Buffers> buffers(Server server) throws IOException {
        Map<String, String> settings = new TreeMap<>();
        server.settings("client-output-buffer-limit").ifPresent(settings::putAll);
        server.settings("repl-*").ifPresent(settings::putAll);
        return Buffers.of(settings);
    }

    /**
     * How far a master had come at a moment.
     *
     * @param replicated offset of its stream; it stands still while there is no backlog
     * @param hasBacklog whether it has one
     * @param received bytes of all requests, reads among them
     */
    private record Reading(long nanos, long replicated, boolean hasBacklog, long received) {

        long bytesPerSecondSince(Reading before) {
            long bytes = hasBacklog && before.hasBacklog ? replicated - before.replicated : received - before.received;
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos - before.nanos));
            long rate = Math.max(0, bytes) * 1000 / millis;
            return rate < NOISE_BYTES_PER_SECOND ? 0 : rate;
        }
    }

    private static List<Reading> readings(List<Server> masters) throws IOException {
        List<Reading> readings = new ArrayList<>();
        for (Server server : masters) {
            ServerInfo replication = server.info("replication");
            readings.add(new Reading(
                    System.nanoTime(),
                    replication.number("master_repl_offset", 0),
                    replication.number("repl_backlog_active", 0) == 1,
                    server.info("stats").number("total_net_input_bytes", 0)));
        }
        return readings;
    }

    private static List<Reading> aSecondLater(List<Server> masters, ScheduledExecutorService scheduler)
            throws IOException {
        try {
            return scheduler
                    .schedule(() -> readings(masters), 1, TimeUnit.SECONDS)
                    .get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring what is written", e);
        }
    }
}
