package io.caravan.verify;

import io.caravan.verify.KeyMapping.Pair;
import io.caravan.verify.ValueComparison.Found;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about a key that is too large to be held, see {@link Piecewise}.
 *
 * <p>What {@link Judge} has as its invariant A and B holds here, too: the source watches the key, from before the destination has applied
 * what was there until the last piece is read. A key that was written to meanwhile is read again.
 *
 * <p>Owned by one thread, which waits.
 */
final class LargeJudge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LargeJudge.class);
    private static final int ATTEMPTS = 20;
    private static final int UNWATCHED = 3;
    private static final int SETTLINGS = 3;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Deployment source;
    private final Deployment destination;
    private final KeyReader there;
    private final KeyReader here;
    private final Piecewise pieces;
    private final Arrival arrival;
    private final long patienceNanos;

    /**
     * What was decided.
     *
     * @param found in what it differs, empty if it does not
     * @param undecided why it cannot be decided, empty if it is
     */
    record Decision(Optional<Found> found, String undecided) {

        private static final Decision EQUAL = new Decision(Optional.empty(), "");

        private static Decision undecided(String why) {
            return new Decision(Optional.empty(), why);
        }
    }

    LargeJudge(Verification.Setting setting, Arrival arrival) {
        source = setting.source();
        destination = setting.destination();
        there = new KeyReader(source, setting.saysMoments());
        here = new KeyReader(destination, setting.saysMoments());
        pieces = new Piecewise(there, here, setting.comparison(), setting.pace());
        this.arrival = arrival;
        patienceNanos = setting.settings().patience().toNanos();
    }

    /**
     * Decides, however long that takes.
     *
     * @throws IOException if the destination does not apply what is waited for
     */
    Decision judge(Pair pair) throws IOException {
        boolean settled = arrival.isSettled();
        Decision decision = decide(pair);
        for (int i = 0; i < SETTLINGS && decision.found().isPresent() && !(settled && arrival.isSettled()); i++) {
            arrival.awaitSettled();
            settled = arrival.isSettled();
            decision = decide(pair);
        }
        return decision;
    }

    private Decision decide(Pair pair) throws IOException {
        long deadline = System.nanoTime() + patienceNanos;
        int strikes = 0;
        int attempts = 0;
        while (attempts < ATTEMPTS) {
            try {
                attempts++;
                Attempt attempt = attempt(pair);
                strikes = attempt.differs() ? strikes + 1 : 0;
                if (attempt.counts() || strikes >= UNWATCHED && !there.mayWatch()) {
                    return new Decision(attempt.found(), "");
                }
                deadline = System.nanoTime() + patienceNanos;
            } catch (UncomparableException e) {
                return Decision.undecided(String.valueOf(e.getMessage()));
            } catch (PassingException e) {
                if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                    return Decision.undecided("cannot be read: " + e.getMessage());
                }
                attempts--;
                learn();
            } finally {
                there.isUnchanged(); // ends the watch, however it went
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return Decision.undecided("is too large to be held, and was written to each time that it was read by pieces");
    }

    /**
     * One reading.
     *
     * @param counts whether what was found is so
     * @param differs whether it may be that the key differs
     */
    private record Attempt(Optional<Found> found, boolean counts, boolean differs) {

        /** The node that was asked has been replaced. */
        private static final Attempt IN_VAIN = new Attempt(Optional.empty(), false, false);
    }

    private Attempt attempt(Pair pair) throws IOException, UncomparableException, PassingException {
        long offset;
        try {
            offset = there.watch(pair.source());
        } catch (IOException e) {
            throw new PassingException(e);
        }
        if (!arrival.await(List.of(pair.source()), List.of(new Value(null, 0, offset)))) {
            return Attempt.IN_VAIN;
        }
        try {
            Piecewise.Result result = pieces.compare(pair);
            boolean equal = result.found().isEmpty();
            boolean counts = there.isUnchanged()
                    ? !result.ending()
                    : equal && (!there.mayWatch() || pieces.holdsThoughTouched(result.type(), pair));
            return new Attempt(result.found(), counts, !equal && !result.ending());
        } catch (IOException e) {
            throw new PassingException(e);
        }
    }

    private void learn() {
        try {
            source.refresh();
            destination.refresh();
        } catch (IOException e) {
            LOG.debug("verification: {}", e.getMessage()); // the next attempt tells
        }
    }

    /** A side does not answer now. */
    private static final class PassingException extends Exception {

        private static final long serialVersionUID = 1;

        private PassingException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    @Override
    public void close() {
        there.close();
        here.close();
    }
}
