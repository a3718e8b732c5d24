package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a master of the destination has been started again, and has repaired what it has lost then though it had acknowledged
 * it: nothing, the last second, or everything, which depends on how it keeps its data.
 *
 * <p>What always holds: (A) Before anything is sent by a new connection it is known which process is at its other end ({@code
 * run_id}), and if that is another one than before, what it has. (B) It is believed to have what it had acknowledged before its
 * {@link Watermark} was sent, and nothing later; what was written then is remembered, or everything begins anew. (C) Whoever takes the
 * place of a master is believed to have what a replica had received of it only if it has the number that this had at that moment.
 *
 * <p>Owned by the destination's event loop.
 */
final class Restarts {

    /** Answers to a question for a key by which nothing can be told, now or later. */
    private static final Set<String> UNREADABLE = Set.of("MOVED", "ASK", "NOPERM");

    private static final long ASK_AGAIN_MILLIS = 500;
    private static final int MOST_FORMER = 1000;

    private final SlotRouter router;
    private final RecentBatches recent;
    private final LostWrites lost;
    private final String writer;
    private final SlotRouter.DestinationEvents events;
    private final EventExecutor eventLoop;
    private final Map<NodeAddress, Watermark> watermarks = new HashMap<>();

    /** Of nodes that are no masters any more, and may have been replaced. */
    private final Map<NodeAddress, Watermark> former = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<NodeAddress, Watermark> eldest) {
            return size() > MOST_FORMER;
        }
    };

    private boolean keepsNumbers;

    /** The last one that any master was given. */
    private long number;

    /** What a node is asked before it is used; the stages end on any thread. */
    interface Questions {

        /** {@code INFO}. */
        CompletionStage<ServerInfo> info();

        /** The value of a key. */
        CompletionStage<byte @Nullable []> get(byte[] key);
    }

    /** @param writer what tells this process's keys from those of others */
    Restarts(
            SlotRouter router,
            RecentBatches recent,
            LostWrites lost,
            String writer,
            SlotRouter.DestinationEvents events,
            EventExecutor eventLoop) {
        this.events = events;
        this.router = router;
        this.recent = recent;
        this.lost = lost;
        this.writer = writer;
        this.eventLoop = eventLoop;
    }

    /** From now on keys of Caravan's own may be kept at the masters; without them nobody can tell what a master has lost. */
    void keepNumbers() {
        keepsNumbers = true;
    }

    /** Raises the number of every master, if anything was written lately; several times a second. */
    void raise() {
        long now = System.nanoTime();
        if (!keepsNumbers) {
            recent.keptUntil(now, false);
            return;
        }
        long needed = now;
        boolean appends = false;
        for (NodeLink link : router.links().all().values()) {
            Watermark watermark = of(link.address());
            appends |= watermark.isAppendOnly();
            if (link.isUp()) {
                long since = watermark.neededSince(now);
                needed = since - needed < 0 ? since : needed;
                if (watermark.mayBeRaised() && (!recent.isEmpty() || watermark.isDue(now))) {
                    raise(link, watermark, now);
                }
            }
        }
        recent.keptUntil(needed, appends);
    }

    private void raise(NodeLink link, Watermark watermark, long now) {
        watermark
                .nextSlot(slot -> router.links().of(slot) == link)
                .ifPresent(slot -> link.send(new Raise(watermark, watermark.raise(++number, slot, now))));
    }

    /** The next number of a master, on its way. */
    private record Raise(Watermark watermark, byte[] bytes) implements OwnCommand {

        @Override
        public void answered(@Nullable ErrorReply error) {
            if (error == null) {
                watermark.confirmed(System.nanoTime());
            } else {
                watermark.refused(error);
            }
        }

        @Override
        public void lost() {
            // the watermark is told by itself that the connection is lost
        }
    }

    /** The connection to a node is lost; its units have gone back to the router. */
    void lost(NodeLink link) {
        Watermark watermark = watermarks.get(link.address());
        if (watermark != null) {
            watermark.lost(new Watermark.Unproven(
                    recent.all(), recent.allSinceNanos(), router.openTickets().batches()));
        }
    }

    /** The keys that are of no use when this process ends. */
    List<byte[]> keys() {
        return Stream.concat(watermarks.values().stream(), former.values().stream())
                .map(Watermark::key)
                .toList();
    }

    /** A node is of no concern any more, but for what its successor has of it. */
    void forget(NodeAddress node) {
        Watermark watermark = watermarks.remove(node);
        if (watermark != null && watermark.isConfirmed()) {
            former.put(node, watermark);
        }
    }

    /**
     * A master was replaced. Its successor may lack more than what no replica had received: all of it, if the master had come back without
     * its data just before, and the successor had that from it. So it is asked for the number of its predecessor.
     *
     * @param what has happened, for people
     */
    void replaced(NodeAddress master, String what) {
        Watermark own = watermarks.get(master);
        Watermark earlier = former.remove(master);
        Watermark watermark = own != null && own.isConfirmed() ? own : earlier;
        if (keepsNumbers && watermark != null) {
            watermark
                    .confirmedUntil(recent.replicatedUntilNanos())
                    .ifPresent(replicated -> askSuccessor(watermark, replicated, what, lost.inDoubt()));
        }
    }

    /** @param replicated the number that it must have at least */
    private void askSuccessor(
            Watermark watermark, Watermark.Confirmed replicated, String what, CompletableFuture<Void> doubt) {
        events.read(replicated.key(), (value, failure) -> {
            String refused = failure == null ? "" : DestinationAdmin.reason(failure);
            if (failure != null && !UNREADABLE.contains(new ErrorReply(refused, false).code())) {
                eventLoop.schedule(
                        () -> askSuccessor(watermark, replicated, what, doubt),
                        ASK_AGAIN_MILLIS,
                        TimeUnit.MILLISECONDS);
                return;
            }
            String found = value == null ? "" : new String(value, StandardCharsets.US_ASCII);
            if (!refused.isEmpty()) {
                lost.beginAnew(what, "its successor does not tell what it has of what was written (" + refused + ")");
            } else if (watermark.numberIn(found) < replicated.number()) {
                lost.beginAnew(what, "its successor does not have what a replica had received of it");
            }
            doubt.complete(null);
        });
    }

    /**
     * A connection has been made and nothing sent by it yet.
     *
     * @return ends on the event loop when it may be used; as failed if the node cannot tell yet what it has
     */
    CompletionStage<Void> meet(NodeAddress node, Questions questions) {
        return questions.info().thenComposeAsync(info -> meet(node, info, questions), eventLoop);
    }

    private CompletionStage<Void> meet(NodeAddress node, ServerInfo info, Questions questions) {
        Watermark watermark = of(node);
        String process = info.field("run_id").orElse("");
        boolean appends = info.number("aof_enabled", 0) == 1;
        if (info.replica()) {
            forget(node); // what its master has, it gets from there
        }
        if (watermark.isNew() || watermark.knows(process) || info.replica()) {
            of(node).met(process, appends, System.nanoTime());
            return CompletableFuture.completedStage(null);
        }
        return questions
                .get(watermark.key())
                .handleAsync(
                        (value, failure) -> {
                            String refused = failure == null ? "" : DestinationAdmin.reason(failure);
                            if (failure != null && !UNREADABLE.contains(new ErrorReply(refused, false).code())) {
                                throw new CompletionException(failure); // asked again with the next connection
                            }
                            found(
                                    node,
                                    watermark,
                                    refused,
                                    value == null ? "" : new String(value, StandardCharsets.US_ASCII));
                            watermark.met(process, appends, System.nanoTime());
                            return null;
                        },
                        eventLoop);
    }

    private void found(NodeAddress node, Watermark watermark, String refused, String value) {
        String what = "destination " + node + " has been started again, or another server has its address";
        long now = System.nanoTime();
        Watermark.Unproven unproven = watermark.unproven(now);
        OptionalLong proven = watermark.provenBy(value);
        if (!keepsNumbers) {
            lost.beginAnew(
                    what,
                    "nothing is kept there (checkpoint=destination) that tells how much it has of what was written");
        } else if (!refused.isEmpty()) {
            lost.beginAnew(what, "it does not tell how much it has of what was written to it (" + refused + ")");
        } else if (proven.isEmpty()) {
            lost.beginAnew(what, "it does not have what was written to it");
        } else if (proven.getAsLong() - unproven.allSinceNanos() < 0) {
            lost.beginAnew(
                    what,
                    "it lacks what was written to it in its last "
                            + TimeUnit.NANOSECONDS.toMillis(now - proven.getAsLong())
                            + " ms, which is more than is remembered");
        } else {
            lost.repair(
                    what,
                    unproven.behind(proven.getAsLong()),
                    router.failovers().slotsOf(node));
        }
    }

    private Watermark of(NodeAddress node) {
        return watermarks.computeIfAbsent(node, address -> new Watermark(writer + "@" + address));
    }
}
