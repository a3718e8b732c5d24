package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a key at every master of the source again and again, and tells the shard where in the stream that lies: {@code SET} and, behind
 * it on the same connection, {@code INFO}, of which the offset is at or behind the write.
 *
 * <p>{@link #beat} is called again and again by one thread, which waits for connections, and not for answers: a source that holds writes
 * back ({@code CLIENT PAUSE}) answers late. Meanwhile no further heartbeat is sent, so one at most is on its way at each master.
 * {@link #hold}, {@link #release} and {@link #close} are for any thread. Guarded by this; answers come on the source's event loop.
 */
final class HeartbeatWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HeartbeatWriter.class);

    /** How long {@link #hold} waits for keys to be removed: a source that holds writes back does not say when it will. */
    private static final Duration REMOVAL_PATIENCE = Duration.ofSeconds(2);

    private static final int SET = 0;
    private static final int INFO = 1;

    /** A connection to the master of a shard, and the answer that is waited for. */
    private record Link(SourceConnection connection, CompletableFuture<?> answered, long sentNanos) {}

    private final SourceSettings settings;
    private final HeartbeatSettings heartbeat;
    private final List<ShardReplication> shards;
    private final int database;
    private final Map<String, Link> links = new HashMap<>();

    /** What kept the last heartbeat of a shard from being written, by its name: told once. */
    private final Map<String, String> refusals = new HashMap<>();

    private volatile boolean held;

    HeartbeatWriter(SourceSettings settings, HeartbeatSettings heartbeat, List<ShardReplication> shards) {
        this.settings = settings;
        this.heartbeat = heartbeat;
        this.shards = shards;
        database = settings.databases().lowest();
        shards.forEach(shard -> shard.heartbeats().every(heartbeat.interval()));
    }

    /** Writes a heartbeat at every master that has answered the last one. */
    synchronized void beat() {
        for (ShardReplication shard : shards) {
            if (!held) {
                beat(shard);
            }
        }
    }

    private void beat(ShardReplication shard) {
        NodeAddress node = shard.master().address();
        Link link = links.get(shard.name());
        try {
            if (link != null && (!link.connection().node().equals(node) || isOverdue(link) || isBroken(link))) {
                drop(shard);
                link = null;
            }
            if (link == null || link.answered().isDone()) {
                links.put(shard.name(), write(shard, link == null ? connect(node) : link.connection()));
            }
        } catch (IOException e) {
            LOG.debug("source {} takes no heartbeat: {}", node, e.getMessage()); // the shard's link says it louder
            drop(shard);
        }
    }

    private boolean isOverdue(Link link) {
        return !link.answered().isDone()
                && System.nanoTime() - link.sentNanos()
                        > settings.transport().requestTimeout().toNanos();
    }

    private static boolean isBroken(Link link) {
        return link.answered().isCompletedExceptionally();
    }

    private SourceConnection connect(NodeAddress node) throws IOException {
        SourceConnection connection = SourceConnection.open(settings.transport(), node, settings.credentials());
        try {
            if (database != 0
                    && connection.call("SELECT", Integer.toString(database)) instanceof Reply.Failure failure) {
                throw SourceException.retry("source " + node + " refuses SELECT: " + quoted(failure));
            }
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private Link write(ShardReplication shard, SourceConnection connection) {
        var writer = new RespWriter(192);
        writer.command(
                "SET",
                heartbeat.key(shard.master().slots()),
                Long.toString(System.currentTimeMillis()),
                "PX",
                Long.toString(heartbeat.life().toMillis()));
        writer.command("INFO", "replication");
        long sent = System.nanoTime();
        List<CompletableFuture<Reply>> replies = connection.requests(writer, 2);
        CompletableFuture<?> answered =
                replies.get(SET).thenAcceptBoth(replies.get(INFO), (set, info) -> answered(shard, set, info, sent));
        return new Link(connection, answered, sent);
    }

    /** On the source's event loop. */
    private void answered(ShardReplication shard, Reply set, Reply info, long sentNanos) {
        if (set instanceof Reply.Failure failure) {
            refused(
                    shard,
                    "refuses SET: " + quoted(failure)
                            + "; grant the user +set +del ~caravan:heartbeat:*, or set heartbeatInterval=0");
            return;
        }
        ServerInfo replication = ServerInfo.parse(info instanceof Reply.Failure ? "" : info.text());
        OptionalLong offset = SourceConnection.offsetIn(replication);
        String history = replication.field("master_replid").orElse("");
        if (offset.isEmpty() || history.isEmpty()) {
            refused(
                    shard,
                    "does not tell its offset"
                            + (info instanceof Reply.Failure failure ? ": " + quoted(failure) : "")
                            + "; grant the user +info, or set heartbeatInterval=0");
            return;
        }
        accepted(shard);
        shard.heartbeat(history, offset.getAsLong(), sentNanos);
    }

    private void refused(ShardReplication shard, String words) {
        synchronized (refusals) {
            if (!words.equals(refusals.put(shard.name(), words))) {
                LOG.warn(
                        "source {}: no heartbeat is written there: it {}",
                        shard.master().address(),
                        words);
            }
        }
    }

    private void accepted(ShardReplication shard) {
        synchronized (refusals) {
            if (refusals.remove(shard.name()) != null) {
                LOG.info(
                        "source {}: heartbeats are written there again",
                        shard.master().address());
            }
        }
    }

    /**
     * Writes no more, until {@link #release}, and removes the keys, so that none expires at a time when the source is to be quiet. Waits
     * for the source, for two seconds at most; a key that it does not remove expires.
     */
    void hold() {
        held = true; // who connects at the moment, and is waited for here, goes no further
        removeKeys();
    }

    private synchronized void removeKeys() {
        List<CompletableFuture<Reply>> removals = new ArrayList<>();
        for (ShardReplication shard : shards) {
            Link link = links.get(shard.name());
            if (link != null) {
                var writer = new RespWriter(96);
                writer.command("DEL", heartbeat.key(shard.master().slots()));
                removals.addAll(link.connection().requests(writer, 1));
            }
        }
        try {
            CompletableFuture.allOf(removals.toArray(CompletableFuture<?>[]::new))
                    .get(REMOVAL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("heartbeats are left to expire: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dropAll(); // what the source holds back of ours goes with the connection
        shards.forEach(shard -> shard.heartbeats().forget());
    }

    /** Writes again. */
    void release() {
        held = false;
    }

    private void drop(ShardReplication shard) {
        Link link = links.remove(shard.name());
        if (link != null) {
            link.connection().close();
        }
    }

    private static String quoted(Reply.Failure failure) {
        return "'" + MalformedRespException.quote(failure.text()) + "'";
    }

    /** Writes no more. */
    @Override
    public void close() {
        held = true;
        dropAll();
    }

    private synchronized void dropAll() {
        shards.forEach(this::drop);
    }
}
