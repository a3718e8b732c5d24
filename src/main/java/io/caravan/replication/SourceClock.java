package io.caravan.replication;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * What the source's clock said when it ran a command: a source before Redis 7.0 sends times to live that count from then.
 *
 * <p>A command was run before it was received, and before the source was seen behind it. The second matters when commands
 * wait at the source (for a snapshot to be sent, for a slow destination): {@link SourceMonitor} notes again and again how far
 * the source has come, so that a command that arrives minutes later is still known to the second. What was run before the link
 * was made may be of any time; such commands are {@link #isLate late}.
 *
 * <p>What always holds: (A) no command is said to have been run before it was. (B) Notes that the stream has passed are let
 * go of, and of too many every second one, so that memory is bounded whatever the lag. (C) Of a note that is not kept a later
 * one says as much, less exactly.
 *
 * <p>Our times are those of the {@link SteadyClock}: whoever sets the machine's clock changes nothing. If the source's clock is set, or the
 * machine sleeps, the next answer of the source contradicts what was known of the difference; in the second case commands are {@link
 * #isUncertain uncertain} until then.
 *
 * <p>Thread-safe: the monitor and the shard's thread write, the shard's thread asks.
 */
final class SourceClock {

    /** More than an hour of the monitor's questions; beyond that the notes become sparser. */
    private static final int MOST_NOTES = 4096;

    /** A measurement with a longer round trip than the best one counts again after that long: clocks drift. */
    private static final long MEASUREMENT_HOLDS_MILLIS = 60_000;

    /** The source is asked every second; what was run in a longer time between two answers may have been run at any time of it. */
    private static final long VAGUE_MILLIS = 1_500;

    /** The source had reached {@code offset} at {@code atMillis} of our clock, and nothing more at {@code untilMillis}. */
    private record Note(long offset, long atMillis, long untilMillis) {}

    private ArrayDeque<Note> notes = new ArrayDeque<>();
    private long spacingMillis;

    /** When the source was last seen before the offset that was asked about last; far in the future if it was not. */
    private long seenBeforeMillis = Long.MAX_VALUE;

    private long reachedBeforeLink = Long.MIN_VALUE;
    private long differenceMillis;
    private long roundTripMillis = Long.MAX_VALUE;
    private long measuredAtMillis;
    private boolean told;
    private final LongSupplier machineAheadMillis;

    /** By how much the machine's clock was ahead when the source told its time last. */
    private long machineWasAheadMillis;

    SourceClock() {
        this(SteadyClock::machineAheadMillis);
    }

    /** @param machineAheadMillis by how much the machine's clock is ahead of the times that this one is told */
    SourceClock(LongSupplier machineAheadMillis) {
        this.machineAheadMillis = machineAheadMillis;
    }

    /**
     * The source has told its time. It is at most as far ahead of us as that is of the question, and at least as far as it is of the
     * answer: a difference that contradicts this was measured before a clock was set.
     *
     * @param sourceMillis what it said
     * @param askedMillis our time when it was asked
     * @param answeredMillis our time when the answer was here
     */
    synchronized void told(long sourceMillis, long askedMillis, long answeredMillis) {
        long roundTrip = answeredMillis - askedMillis;
        boolean contradicts =
                differenceMillis < sourceMillis - answeredMillis || differenceMillis > sourceMillis - askedMillis;
        boolean outdated = answeredMillis - measuredAtMillis > MEASUREMENT_HOLDS_MILLIS;
        told = true;
        machineWasAheadMillis = machineAheadMillis.getAsLong();
        if (roundTrip <= roundTripMillis || contradicts || outdated) {
            differenceMillis = sourceMillis - (askedMillis + roundTrip / 2);
            roundTripMillis = roundTrip;
            measuredAtMillis = answeredMillis;
        }
    }

    /** By how much the source's clock is ahead of ours; taken for the machine's as long as it has not told its time. */
    synchronized long differenceMillis() {
        return told ? differenceMillis : machineAheadMillis.getAsLong();
    }

    /**
     * Whether the difference may be another one than the source has told last: the machine has slept since then, or its clock was set,
     * which looks the same.
     */
    synchronized boolean isUncertain() {
        return told && Math.abs(machineAheadMillis.getAsLong() - machineWasAheadMillis) > VAGUE_MILLIS;
    }

    /** The source has reached an offset. */
    synchronized void reached(long offset, long nowMillis) {
        Note last = notes.peekLast();
        if (last != null && offset < last.offset()) {
            notes.clear(); // another history, or another node that is not as far: what was noted says nothing of it
            seenBeforeMillis = Long.MAX_VALUE;
            last = null;
        }
        if (last != null && offset == last.offset()) {
            notes.removeLast();
            notes.add(new Note(offset, last.atMillis(), nowMillis));
        }
        if (last == null || offset > last.offset() && nowMillis - last.atMillis() >= spacingMillis) {
            notes.add(new Note(offset, nowMillis, nowMillis));
        }
        if (notes.size() > MOST_NOTES) {
            thinOut();
        }
    }

    /** A link has been made that begins with a snapshot: all that it brings is run afterwards. */
    synchronized void linked() {
        notes.clear();
        seenBeforeMillis = Long.MAX_VALUE;
        reachedBeforeLink = Long.MIN_VALUE;
    }

    /** A link has been made that continues the stream of a source that has reached {@code offset} already. */
    synchronized void linked(long offset, long nowMillis) {
        reached(offset, nowMillis);
        reachedBeforeLink = offset;
    }

    /** Whether commands from {@code offset} on may have been run long before they were received. */
    synchronized boolean isLate(long offset) {
        return offset < reachedBeforeLink;
    }

    /**
     * Our time when the source had not yet run what begins at {@code offset}, the latest that is known; far in the future if none is.
     * Asked with growing offsets, each before {@link #ranBefore}.
     */
    synchronized long ranAfter(long offset) {
        while (!notes.isEmpty() && notes.element().offset() <= offset) {
            seenBeforeMillis = notes.remove().untilMillis();
        }
        return seenBeforeMillis;
    }

    /** Whether what was run between these two moments may have been run long before the later one. */
    static boolean isVague(long afterMillis, long beforeMillis) {
        return Math.abs(beforeMillis - afterMillis) > VAGUE_MILLIS && afterMillis != Long.MAX_VALUE;
    }

    /**
     * Our time when the source had run the command that ends at {@code offset}, as far as is known, and not before that; asked
     * with growing offsets.
     *
     * @param receivedMillis our time when the command was received
     */
    synchronized long ranBefore(long offset, long receivedMillis) {
        while (!notes.isEmpty() && notes.element().offset() < offset) {
            seenBeforeMillis = notes.remove().untilMillis();
        }
        Note seen = notes.peek();
        if (seen == null) {
            spacingMillis = 0;
        }
        return seen == null ? receivedMillis : Math.min(seen.atMillis(), receivedMillis);
    }

    /** Every second note, the last one among them; those to come stand as far apart. */
    private void thinOut() {
        spacingMillis = (notes.getLast().atMillis() - notes.getFirst().atMillis()) / MOST_NOTES * 2;
        var fewer = new ArrayDeque<Note>();
        boolean keep = notes.size() % 2 == 1;
        for (Note note : notes) {
            if (keep) {
                fewer.add(note);
            }
            keep = !keep;
        }
        notes = fewer;
    }
}
