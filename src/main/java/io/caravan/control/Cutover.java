package io.caravan.control;

import io.caravan.camel.RedisReplicationConsumer;
import io.caravan.replication.ShardCounters;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.verify.VerifyReport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a migration: the source is quiet, everything of it is applied, both sides are equal, and the task stops. Whatever speaks
 * against it ends it before the stop, and the task goes on.
 *
 * <p>{@link #run} is called by one thread and waits.
 */
final class Cutover {

    private static final Logger LOG = LoggerFactory.getLogger(Cutover.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /**
     * How it is done.
     *
     * @param pauseWrites how long the source is to hold writes back, anew while it takes; zero if clients have been stopped already
     * @param verify whether both sides are compared, key by key
     * @param quiet how long nothing may come from the source before it counts as quiet
     * @param patience how long to wait for that
     */
    record Settings(Duration pauseWrites, boolean verify, Duration quiet, Duration patience) {

        static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

        Settings {
            if (pauseWrites.isNegative() || pauseWrites.compareTo(LONGEST_PAUSE) > 0) {
                throw new IllegalArgumentException(
                        "pauseWrites is none of 0 to " + LONGEST_PAUSE.toSeconds() + " seconds");
            }
        }

        boolean pauses() {
            return !pauseWrites.isZero();
        }
    }

    private final RedisReplicationConsumer consumer;
    private final Supplier<String> problem;
    private final Settings settings;
    private final Callable<VerifyReport> verification;
    private final Callable<Void> stop;
    private final Consumer<String> told;
    private final HeldWrites writes;

    /**
     * @param problem what is wrong with the task at the moment, empty if nothing is
     * @param verification compares both sides
     * @param stop stops the task
     * @param told what is being done, in words
     */
    Cutover(
            RedisReplicationConsumer consumer,
            Supplier<String> problem,
            Settings settings,
            Callable<VerifyReport> verification,
            Callable<Void> stop,
            Consumer<String> told) {
        this.consumer = consumer;
        this.problem = problem;
        this.settings = settings;
        this.verification = verification;
        this.stop = stop;
        this.told = told;
        writes = new HeldWrites(settings.pauseWrites(), consumer::pauseWrites);
    }

    /**
     * Does it.
     *
     * @return what to do now, for a person
     * @throws RefusedException if it is not safe; says why. Writes are not held back any more then
     */
    String run(String destination) throws Exception {
        requireHealth();
        boolean marked = false;
        boolean done = false;
        try {
            consumer.holdHeartbeats(); // they are writes, too
            if (settings.pauses()) {
                writes.hold();
                told.accept("the source holds writes back for up to "
                        + settings.pauseWrites().toSeconds() + " s at a time");
            }
            told.accept("waiting until nothing comes from the source for "
                    + settings.quiet().toSeconds() + " s, up to "
                    + settings.patience().toSeconds() + " s");
            long commands = awaitQuiet();
            told.accept("the source is quiet, and everything of it is applied");
            if (settings.verify()) {
                verify();
            }
            writes.hold(); // for as long as it may be: clients have to be pointed elsewhere now
            requireQuiet(commands);
            consumer.cutOver();
            marked = true;
            stop.call();
            done = true;
            return "The task is stopped; its checkpoint is stored, and no process starts it again by itself. Point clients at "
                    + destination
                    + (settings.pauses()
                            ? ". The source holds writes back for another "
                                    + writes.left().toSeconds() + " s; what is written there afterwards is not copied"
                            : ". What is written to the source from now on is not copied");
        } finally {
            if (!done) {
                consumer.resumeHeartbeats();
            }
            if (!done && marked) {
                goOn();
            }
            if (!done && settings.pauses()) {
                letGo();
            }
        }
    }

    private void requireHealth() throws RefusedException {
        String wrong = problem.get();
        if (!wrong.isEmpty()) {
            throw new RefusedException("the task has a problem: " + wrong);
        }
        for (ShardStatus shard : consumer.status()) {
            if (shard.state() != ShardState.STREAMING) {
                throw new RefusedException("shard " + shard.name() + " is not streaming");
            }
        }
        if (consumer.mayHaveStaleKeys()) {
            throw new RefusedException(
                    "keys are still being put right at the destination, since slots of the source have moved, or a"
                            + " snapshot was repeated; try again when the log says that they are read again, or removed");
        }
    }

    /** Answers how many commands had come until then. */
    private long awaitQuiet() throws RefusedException, IOException {
        long deadline = System.nanoTime() + settings.patience().toNanos();
        long first = commands();
        long last = first;
        long since = System.nanoTime();
        while (System.nanoTime() - since < settings.quiet().toNanos()) {
            if (System.nanoTime() > deadline) {
                throw new RefusedException(
                        "the source is not quiet: " + (commands() - first) + " commands have come within "
                                + settings.patience().toSeconds() + " s, and the destination lacks " + lagBytes()
                                + " bytes of the stream; stop its clients, have writes held back (--pause-writes), or wait longer"
                                + " (--patience)");
            }
            LockSupport.parkNanos(LOOK_NANOS);
            writes.keep();
            requireHealth();
            if (commands() != last || lagBytes() > 0) {
                last = commands();
                since = System.nanoTime();
            }
        }
        return last;
    }

    private void verify() throws Exception {
        told.accept("both sides are being compared");
        VerifyReport report = writes.during(verification);
        String found = report.text().lines().findFirst().orElse("");
        if (!report.isEqual() || report.undecided() > 0) {
            throw new RefusedException("both sides are not equal: " + found + "; verify names the keys");
        }
        told.accept(found);
    }

    private void requireQuiet(long commands) throws RefusedException {
        requireHealth();
        long since = commands() - commands;
        if (since != 0 || lagBytes() > 0) {
            throw new RefusedException("the source has been written to meanwhile: " + since
                    + " commands; stop its clients, or ask for writes to be held back (--pause-writes)");
        }
    }

    private long commands() {
        return consumer.counters().values().stream()
                .mapToLong(ShardCounters::commands)
                .sum();
    }

    private long lagBytes() {
        return consumer.getLagBytes(); // known of each shard: all of them are streaming
    }

    private void goOn() {
        try {
            consumer.goOn();
        } catch (IOException | IllegalStateException e) {
            LOG.warn("cutover: {}; the next start may be refused, and says why", e.getMessage());
        }
    }

    private void letGo() {
        try {
            consumer.resumeWrites();
        } catch (IOException e) {
            LOG.warn("cutover: {}; the source lets writes go by itself when its pause is over", e.getMessage());
        }
    }
}
