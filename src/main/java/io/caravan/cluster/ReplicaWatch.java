package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Up to when the replicas of every master have what was acknowledged. A master is asked for its offset and those of its
 * replicas ({@code INFO replication}); when all of these have reached an offset that the master said earlier, they have what
 * was acknowledged before that question.
 *
 * <p>Owned by the destination's event loop.
 */
final class ReplicaWatch {

    /** {@code ip=127.0.0.1,port=7003,state=online,offset=1234,lag=0}. */
    private static final Pattern REPLICA = Pattern.compile("state=online,offset=(\\d{1,18})");

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What a master had written when it was asked at {@code askedNanos}; its replicas are to reach that. */
    private record Mark(long askedNanos, long offset) {}

    private final Function<NodeAddress, CompletionStage<ServerInfo>> question;
    private final Executor eventLoop;
    private final RecentBatches recent;
    private long askedAtNanos = System.nanoTime() - IDLE_NANOS;
    private final Map<NodeAddress, Mark> waitingFor = new HashMap<>();
    private final Map<NodeAddress, Long> replicatedUntil = new HashMap<>();

    /** Masters that have said that they have no replica, and had none before. */
    private final Set<NodeAddress> alone = new HashSet<>();

    private final long sinceNanos = System.nanoTime();

    /**
     * @param question asks a master for {@code INFO replication}
     * @param recent told what need not be remembered any more
     */
    ReplicaWatch(
            Function<NodeAddress, CompletionStage<ServerInfo>> question, Executor eventLoop, RecentBatches recent) {
        this.question = question;
        this.eventLoop = eventLoop;
        this.recent = recent;
    }

    /** Asks every master; one that does not answer says nothing new. */
    void ask(List<NodeAddress> masters) {
        long now = System.nanoTime();
        if (recent.isEmpty() && now - askedAtNanos < IDLE_NANOS) {
            return; // nothing has been written, so nothing can be lost
        }
        askedAtNanos = now;
        waitingFor.keySet().retainAll(masters);
        replicatedUntil.keySet().retainAll(masters);
        alone.retainAll(masters);
        for (NodeAddress master : masters) {
            long askedNanos = System.nanoTime();
            question.apply(master)
                    .whenCompleteAsync(
                            (info, failure) -> {
                                if (failure == null) {
                                    answered(master, askedNanos, info);
                                }
                            },
                            eventLoop);
        }
        if (!masters.isEmpty() && alone.containsAll(masters)) {
            recent.replicas(false);
        }
        replicatedUntil().ifPresent(recent::replicatedUntil);
    }

    /** A master has answered a question that was asked at {@code askedNanos}. */
    private void answered(NodeAddress master, long askedNanos, ServerInfo info) {
        List<Long> replicas = IntStream.range(0, (int) info.number("connected_slaves", 0))
                .mapToObj(i -> info.field("slave" + i).orElse(""))
                .map(REPLICA::matcher)
                .filter(Matcher::find)
                .map(replica -> Long.valueOf(replica.group(1)))
                .toList();
        if (replicas.isEmpty()) {
            // Never had one, or it has lost its link: then it lacks all that is written until it is back, and may
            // become master so.
            waitingFor.remove(master);
            if (!replicatedUntil.containsKey(master)) {
                alone.add(master);
            }
            return;
        }
        alone.remove(master);
        recent.replicas(true); // at once: the next question may be seconds away as long as nothing is remembered
        replicatedUntil.putIfAbsent(master, sinceNanos);
        long behind = replicas.stream().mapToLong(Long::longValue).min().orElse(0);
        Mark mark = waitingFor.get(master);
        if (mark != null && behind >= mark.offset()) {
            replicatedUntil.put(master, mark.askedNanos());
            mark = null;
        }
        if (mark == null) {
            waitingFor.put(master, new Mark(askedNanos, info.number("master_repl_offset", Long.MAX_VALUE)));
        }
    }

    /** A moment of {@link System#nanoTime()}: what was acknowledged before, every replica has. */
    private OptionalLong replicatedUntil() {
        return replicatedUntil.values().stream().mapToLong(Long::longValue).reduce((a, b) -> a - b < 0 ? a : b);
    }
}
