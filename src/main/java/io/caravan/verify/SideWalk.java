package io.caravan.verify;

import io.caravan.command.HashSlot;
import io.caravan.node.NodeAddress;
import io.caravan.node.SlotRanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through all keys of one side, though its nodes may be replaced and its slots may move meanwhile.
 *
 * <p>Invariant A: a slot is done only if it was walked through to the end at a node that served it, and lived, from the beginning to the
 * end. The others are walked again, at whoever serves them then.
 *
 * <p>{@link #run} waits, and uses the executor's threads; {@link #stop} from any thread.
 */
final class SideWalk {

    private static final Logger LOG = LoggerFactory.getLogger(SideWalk.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Of walks that no slot came through, one after the other. */
    private static final int MOST_FRUITLESS = 10;

    private final Deployment side;
    private final Tally tally;
    private final Steps steps;
    private final Executor threads;
    private final long patienceNanos;
    private final BitSet open = HashSlot.all();
    private String why = "";
    private int fruitless;
    private long fruitNanos = System.nanoTime();
    private volatile boolean stopped;

    /** What is done with the keys of a database of a node; called by a thread for each. */
    @FunctionalInterface
    interface Steps {

        /**
         * Walks through it.
         *
         * @param slots keys of others are passed over
         * @param goOn asked before each page
         * @throws WalkLostException if the node does not let itself be walked through to the end
         */
        void through(Deployment.Keys keys, Serving node, BitSet slots, BooleanSupplier goOn) throws IOException;
    }

    /** @param patienceNanos how long to wait for slots that nobody serves */
    SideWalk(Deployment side, Tally tally, Steps steps, Executor threads, long patienceNanos) {
        this.side = side;
        this.tally = tally;
        this.steps = steps;
        this.threads = threads;
        this.patienceNanos = patienceNanos;
    }

    /** A node that is being walked through. */
    private final class NodeWalk {

        private final NodeAddress node;
        private final Serving before;
        private final BitSet slots;
        private final List<CompletableFuture<Void>> databases = new ArrayList<>();
        private volatile boolean lost;

        private NodeWalk(NodeAddress node, Serving before, BitSet slots) {
            this.node = node;
            this.before = before;
            this.slots = slots;
        }

        private void begin(List<Deployment.Keys> keys) {
            tally.begin(slots);
            keys.forEach(database -> databases.add(CompletableFuture.runAsync(() -> walk(database), threads)));
        }

        private void walk(Deployment.Keys database) {
            try {
                steps.through(database, before, slots, () -> !stopped && !lost);
            } catch (WalkLostException e) {
                lost = true;
                throw new CompletionException(e);
            } catch (IOException | RuntimeException e) {
                stop(); // the other nodes' walks come to nothing, too
                throw new CompletionException(e);
            }
        }

        /** Waits for the end, whatever that is. */
        private void awaitEnd() {
            databases.forEach(
                    database -> database.handle((done, failure) -> failure).join());
        }

        /** The slots that are done, after the end. */
        private BitSet done() throws IOException {
            for (CompletableFuture<Void> database : databases) {
                Throwable failure = database.handle((done, thrown) -> thrown).join();
                if (failure != null) {
                    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                    if (cause instanceof WalkLostException) {
                        return lost(cause.getMessage());
                    }
                    throw cause instanceof IOException problem ? problem : new IOException(cause);
                }
            }
            try {
                return doneBy(side.serving(node));
            } catch (IOException e) {
                return lost(e.getMessage());
            }
        }

        private BitSet doneBy(Serving after) {
            if (!after.sameLife(before)) {
                return lost(side.side() + " " + node + " has been started again, or was replaced");
            }
            BitSet done = after.slots();
            done.and(slots);
            if (!done.equals(slots)) {
                why = "slots of " + side.side() + " " + node + " have moved";
            }
            return done;
        }

        private BitSet lost(@Nullable String reason) {
            why = String.valueOf(reason);
            return new BitSet();
        }
    }

    /**
     * Walks until every slot is done, or it is stopped.
     *
     * @throws IOException if slots cannot be walked through although they are waited for
     */
    void run() throws IOException {
        while (!open.isEmpty() && !stopped) {
            List<NodeWalk> walks = begin();
            walks.forEach(NodeWalk::awaitEnd);
            BitSet done = new BitSet();
            for (NodeWalk walk : walks) {
                done.or(walk.done());
            }
            open.andNot(done);
            requireFruit(!done.isEmpty(), !walks.isEmpty());
            if (!open.isEmpty() && !stopped) {
                tellAgain(walks);
                LockSupport.parkNanos(PAUSE_NANOS);
                learn();
            }
        }
    }

    private void requireFruit(boolean some, boolean walked) throws IOException {
        fruitless = some ? 0 : fruitless + (walked ? 1 : 0);
        fruitNanos = some ? System.nanoTime() : fruitNanos;
        boolean late = System.nanoTime() - fruitNanos > patienceNanos;
        if (!some
                && (late && (!walked || fruitless >= MOST_FRUITLESS)
                        || Thread.currentThread().isInterrupted())) {
            throw new IOException("the keys of slots " + SlotRanges.text(open) + " of the " + side.side()
                    + " cannot be looked through: " + why + "; see to its nodes, and verify again");
        }
    }

    private void tellAgain(List<NodeWalk> walks) {
        if (!walks.isEmpty()) {
            LOG.info(
                    "verification: the keys of slots {} of the {} are looked through again: {}",
                    SlotRanges.text(open),
                    side.side(),
                    why);
        }
    }

    private void learn() {
        try {
            side.refresh();
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        }
    }

    /** At the nodes that can be asked now. */
    private List<NodeWalk> begin() {
        List<NodeWalk> walks = new ArrayList<>();
        var given = new BitSet(HashSlot.COUNT);
        for (NodeAddress node : side.masters()) {
            try {
                Serving serving = side.serving(node);
                BitSet slots = serving.slots();
                slots.and(open);
                slots.andNot(given); // two may say so while one replaces the other
                if (!slots.isEmpty()) {
                    given.or(slots);
                    var walk = new NodeWalk(node, serving, slots);
                    walk.begin(side.keys(node));
                    walks.add(walk);
                }
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
        }
        if (walks.isEmpty() && why.isEmpty()) {
            why = "they are served by no node";
        }
        return walks;
    }

    /** Ends it before its time. */
    void stop() {
        stopped = true;
    }
}
