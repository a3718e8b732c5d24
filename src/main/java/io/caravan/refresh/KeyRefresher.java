package io.caravan.refresh;

import io.caravan.command.KeyValue;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads keys again at the source in place of commands that cannot be sent, and writes what was read before anything else of
 * their lane.
 *
 * <p>What always holds: (A) While a key is being read its lane is held. (B) A value counts only for those who asked for it at
 * an offset that it was not read before. Who asked in a history that is over is served by whatever is there: a snapshot of the next one
 * follows. (C) Once it is read, commands of its shard up to the offset of the reading are
 * contained in it: {@link #contains} says so until the stream has passed. (D) A key is read at most once in an interval, and
 * at most {@value #MOST_AT_ONCE} keys are being read at once; the others wait.
 *
 * <p>Owned by the destination's event loop.
 */
public final class KeyRefresher {

    private static final Logger LOG = LoggerFactory.getLogger(KeyRefresher.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long TELL_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST_AT_ONCE = 64;

    /** Runs a task on the event loop after a while. */
    @FunctionalInterface
    public interface Timer {
        void after(long delay, TimeUnit unit, Runnable task);
    }

    /** Someone who waits for a key: as it is at that point or later. */
    private record Waiter(StreamPoint from, Completion completion) {

        Waiter atMost(StreamPoint point) {
            return point.reaches(from) ? this : new Waiter(point, completion);
        }
    }

    private final KeyLanes lanes;
    private final Executor eventLoop;
    private final Timer timer;
    private final ValueBatches values;
    private final RefreshPace pace;
    private final RefreshLedger ledger = new RefreshLedger();
    private final Map<SourceKey, List<Waiter>> waiting = new HashMap<>();
    private final ArrayDeque<SourceKey> due = new ArrayDeque<>();

    /** Shards whose task has stopped. */
    private final Set<SourceShard> abandoned = Collections.newSetFromMap(new WeakHashMap<>());

    private final RefreshCounters counters = new RefreshCounters();

    /** Those that are being read at the moment. */
    private final Set<SourceKey> reading = new HashSet<>();

    private long toldNanos = System.nanoTime() - TELL_AGAIN_NANOS - 1;

    /**
     * @param intervalNanos least time between two readings of a key
     * @param values makes the commands that write a value
     */
    public KeyRefresher(KeyLanes lanes, Executor eventLoop, Timer timer, long intervalNanos, ValueBatches values) {
        this.lanes = lanes;
        this.eventLoop = eventLoop;
        this.timer = timer;
        this.values = values;
        pace = new RefreshPace(intervalNanos);
    }

    /** What has been read so far; any thread. */
    public RefreshCounters counters() {
        return counters;
    }

    /** Whether no key is being read, or waits to be. */
    public boolean isIdle() {
        return waiting.isEmpty();
    }

    /** Whether a key is being read, or waits to be. */
    public boolean isReading(SourceKey key) {
        return waiting.containsKey(key);
    }

    /** Whether nothing was read lately, so that {@link #contains} has nothing to say. */
    public boolean remembersNothing() {
        return ledger.isEmpty();
    }

    /** Whether a command at that point that touches {@code key} is contained in what was read. */
    public boolean contains(SourceKey key, StreamPoint at) {
        return ledger.contains(key, at);
    }

    /** Everything of the shard's stream up to that point has been disposed of. */
    public void passed(SourceShard shard, StreamPoint point) {
        ledger.passed(shard, point);
    }

    /**
     * What was read of a shard behind that point may be lost at the source: those keys are read once more. Nobody waits for what
     * comes behind it.
     *
     * @param done told when all are written, with the first failure if there was one; at once if there are none
     */
    public void lostBehind(SourceShard shard, StreamPoint point, Consumer<@Nullable Throwable> done) {
        waiting.forEach((key, waiters) -> {
            if (key.shard().equals(shard)) {
                waiters.replaceAll(waiter -> waiter.atMost(point));
            }
        });
        Set<SourceKey> keys = Set.copyOf(ledger.readBehind(shard, point));
        if (keys.isEmpty()) {
            done.accept(null);
        } else {
            ledger.forget(keys::contains);
            refresh(keys, point, done);
        }
    }

    /** The keys of a shard that were read behind that point, of which something may be to come that the value contains. */
    public List<SourceKey> readBehind(SourceShard shard, StreamPoint point) {
        return ledger.readBehind(shard, point);
    }

    /** The destination has lost these keys, as the source had before they were read. */
    public void forget(Predicate<SourceKey> keys) {
        ledger.forget(keys);
    }

    /** The task of a shard has stopped: none of its keys is read, or written, any more. Whoever waits for one is told of a failure. */
    public void abandon(SourceShard shard) {
        abandoned.add(shard);
        ledger.forget(key -> key.shard().equals(shard));
        List<SourceKey> left = waiting.keySet().stream()
                .filter(key -> key.shard().equals(shard))
                .toList();
        reading.removeIf(key -> key.shard().equals(shard)); // nobody may ever answer
        for (SourceKey key : left) {
            List<Waiter> waiters = waiting.getOrDefault(key, List.of());
            waiting.remove(key);
            lanes.letGo(key.key());
            waiters.forEach(waiter -> waiter.completion().keyDone(stopped()));
        }
        startDue();
    }

    /** Whether the task of a shard has stopped. */
    public boolean hasAbandoned(SourceShard shard) {
        return !abandoned.isEmpty() && abandoned.contains(shard);
    }

    private static IOException stopped() {
        return new IOException("the task was stopped before the key was read again");
    }

    /**
     * Reads keys, each at that point or later, and writes them. A key that its shard serves no more is left to the one that does.
     *
     * @param keys each once, all of one shard
     * @param done told when all are written, with the first failure if there was one
     */
    public void refresh(Collection<SourceKey> keys, StreamPoint from, Consumer<@Nullable Throwable> done) {
        List<SourceKey> served = keys.stream()
                .filter(key -> key.shard().serves(key.shard().slotAtSource(key.database(), key.key())))
                .toList();
        if (served.isEmpty()) {
            done.accept(null);
        } else if (hasAbandoned(served.get(0).shard())) {
            done.accept(stopped());
        } else {
            read(served, from, done);
        }
    }

    private void read(List<SourceKey> keys, StreamPoint from, Consumer<@Nullable Throwable> done) {
        var completion = new Completion(keys.size(), done);
        for (SourceKey key : keys) {
            List<Waiter> waiters = waiting.get(key);
            if (waiters == null) {
                waiters = new ArrayList<>();
                waiting.put(key, waiters);
                lanes.hold(key.key());
                schedule(key, pace.pauseBefore(key));
            } else {
                counters.coalesced();
            }
            waiters.add(new Waiter(from, completion));
        }
    }

    private void schedule(SourceKey key, long pauseNanos) {
        if (pauseNanos > 0) {
            timer.after(pauseNanos, TimeUnit.NANOSECONDS, () -> start(key));
        } else {
            start(key);
        }
    }

    private void start(SourceKey key) {
        due.add(key);
        startDue();
    }

    private void startDue() {
        while (reading.size() < MOST_AT_ONCE && !due.isEmpty()) {
            SourceKey key = due.remove();
            if (!waiting.containsKey(key)) {
                continue; // abandoned
            }
            reading.add(key);
            counters.read();
            pace.reads(key);
            int era = key.shard().era();
            read(key).whenComplete((value, failure) -> eventLoop.execute(() -> arrived(key, era, value, failure)));
        }
        counters.waiting(waiting.size());
    }

    private static CompletionStage<KeyValue> read(SourceKey key) {
        try {
            return key.shard().read(key.key(), key.database());
        } catch (RuntimeException e) { // its task is being stopped, and its threads take no more
            return CompletableFuture.failedStage(e);
        }
    }

    /** @param era the shard's when it was asked: if another has begun meanwhile, nobody knows of which the value is */
    private void arrived(SourceKey key, int era, @Nullable KeyValue value, @Nullable Throwable failure) {
        List<Waiter> waiters = waiting.get(key);
        if (reading.remove(key) && waiters != null) {
            arrived(key, waiters, era, value, failure);
            startDue();
        }
    }

    private void arrived(
            SourceKey key, List<Waiter> waiters, int era, @Nullable KeyValue value, @Nullable Throwable failure) {
        int history = key.shard().history();
        StreamPoint first =
                waiters.stream().map(Waiter::from).min(StreamPoint::compareTo).orElse(StreamPoint.START);
        if (value == null) {
            again(key, failure == null ? "no answer" : failure.getMessage());
        } else if (era != key.shard().era()) {
            again(key, "its shard has begun anew meanwhile, or has another master");
        } else if (!new StreamPoint(history, value.offset()).reaches(first)) {
            again(key, "it was read before offset " + first.offset());
        } else {
            write(key, era, new StreamPoint(history, value.offset()), value);
        }
    }

    private void again(SourceKey key, @Nullable String why) {
        counters.failed();
        tellSometimes(key, why);
        schedule(key, RETRY_NANOS);
    }

    /** While a source is away this happens for every key, many times a second. */
    private void tellSometimes(SourceKey key, @Nullable String why) {
        long now = System.nanoTime();
        if (now - toldNanos > TELL_AGAIN_NANOS) {
            toldNanos = now;
            LOG.warn(
                    "source {}: a key could not be read again ({}); commands on it wait, and it is tried every {} ms. {} keys wait",
                    key.shard().name(),
                    why,
                    TimeUnit.NANOSECONDS.toMillis(RETRY_NANOS),
                    waiting.size());
        }
    }

    private void write(SourceKey key, int era, StreamPoint readAt, KeyValue value) {
        List<Waiter> waiters = waiting.getOrDefault(key, List.of());
        List<Waiter> answered =
                waiters.stream().filter(waiter -> readAt.reaches(waiter.from())).toList();
        waiters.removeAll(answered);
        Consumer<@Nullable Throwable> ended =
                writeFailure -> answered.forEach(waiter -> waiter.completion().keyDone(writeFailure));
        if (waiters.isEmpty()) {
            waiting.remove(key);
        } else {
            lanes.hold(key.key()); // they asked for more than was read: once more
            schedule(key, pace.pauseBefore(key));
        }
        ledger.refreshed(key, readAt);
        lanes.write(key.key(), values.writing(key, readAt.history(), value), era, ended);
    }

    /** Told of each key; tells when it was told of all. */
    private static final class Completion {

        private final Consumer<@Nullable Throwable> done;
        private int keysLeft;
        private @Nullable Throwable failure;

        private Completion(int keys, Consumer<@Nullable Throwable> done) {
            keysLeft = keys;
            this.done = done;
        }

        private void keyDone(@Nullable Throwable keyFailure) {
            failure = failure == null ? keyFailure : failure;
            if (--keysLeft == 0) {
                done.accept(failure);
            }
        }
    }
}
