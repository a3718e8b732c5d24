package io.caravan.cluster;

import io.caravan.cluster.RecentBatches.Ended;
import io.caravan.command.CommandBatch;
import io.caravan.command.HashSlot;
import io.caravan.command.ReservedKeys;
import io.caravan.command.SlotTags;
import io.caravan.resp.RespWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A number that one master of the destination keeps with its data, in a key of Caravan's own, and that is raised from time to time: what a
 * server finds again when it is started (append-only file, snapshot file) is what it had up to some moment, so the number tells
 * which.
 *
 * <p>Owned by the destination's event loop.
 */
final class Watermark {

    private static final int MOST_REMEMBERED = 256;

    /** A key that nobody writes any more vanishes. */
    private static final Duration LIFE = Duration.ofDays(1);

    private static final long RENEW_NANOS = LIFE.toNanos() / 24;

    /** An append-only file may lack what was written in the last seconds ({@code appendfsync everysec}). */
    private static final long APPENDED_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** Of a master whose connection is lost more than once before it has another number. */
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    private record Sent(long number, long atNanos) {}

    /**
     * A number that the master has shown to have.
     *
     * @param key that it is in
     */
    record Confirmed(long number, byte[] key, long atNanos) {}

    /**
     * What the master may have kept, or not, when its connection was lost.
     *
     * @param ended batches that it had acknowledged
     * @param allSinceNanos which of them are here: all that ended at that moment of {@link System#nanoTime()}, or later
     * @param open batches that it may have acknowledged in part
     */
    record Unproven(List<Ended> ended, long allSinceNanos, List<CommandBatch> open) {

        /** What is not proven by a number that was sent at {@code nanos} of {@link System#nanoTime()}. */
        List<CommandBatch> behind(long nanos) {
            return Stream.concat(
                            ended.stream()
                                    .filter(batch -> batch.atNanos() - nanos >= 0)
                                    .map(Ended::batch),
                            open.stream())
                    .toList();
        }

        /**
         * What was not proven then is not proven now; of too much the earlier part is forgotten, so that a node whose connection is lost again and
         * again costs no more and more memory.
         *
         * @param seamless whether this one goes on where the other has ended
         */
        private Unproven after(Unproven earlier, boolean seamless) {
            return earlier.bytes() + bytes() > MOST_BYTES ? this : together(earlier, seamless);
        }

        private long bytes() {
            return Stream.concat(ended.stream().map(Ended::batch), open.stream())
                    .mapToLong(CommandBatch::heldBytes)
                    .sum();
        }

        private Unproven together(Unproven earlier, boolean seamless) {
            return new Unproven(
                    Stream.concat(earlier.ended.stream(), ended.stream())
                            .distinct()
                            .toList(),
                    seamless ? earlier.allSinceNanos : allSinceNanos,
                    Stream.concat(earlier.open.stream(), open.stream())
                            .distinct()
                            .toList());
        }
    }

    private final String writer;
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private final ArrayDeque<Confirmed> confirmed = new ArrayDeque<>();
    private int slot;
    private boolean onItsWay;
    private boolean refused;

    /** Whether the slot is on its way to another master, or there already. */
    private boolean elsewhere;

    /** Since when its present connection is there, or the last number was confirmed on it. */
    private long provenNanos;

    private boolean everConfirmed;
    private @Nullable String process;
    private boolean appendOnly;
    private @Nullable Unproven unproven;

    /** @param writer what tells this process's keys from those of others */
    Watermark(String writer) {
        this.writer = writer;
    }

    /** The key that the latest number is in. */
    byte[] key() {
        var key = new ByteArrayOutputStream();
        key.writeBytes((ReservedKeys.PREFIX + "watermark:{").getBytes(StandardCharsets.US_ASCII));
        key.writeBytes(SlotTags.of(slot));
        key.writeBytes(("}" + writer).getBytes(StandardCharsets.US_ASCII));
        return key.toByteArray();
    }

    /** Whether a process has been met here that is known to be another one than that. */
    boolean knows(String other) {
        return process != null && process.equals(other) && !other.isEmpty();
    }

    /** Whether no process has been met here before. */
    boolean isNew() {
        return process == null;
    }

    /** A connection is about to be used, to that process. */
    void met(String itsProcess, boolean itAppends, long nowNanos) {
        process = itsProcess;
        appendOnly = itAppends;
        provenNanos = nowNanos;
        onItsWay = false;
    }

    /** Whether the master keeps an append-only file. */
    boolean isAppendOnly() {
        return appendOnly;
    }

    /** Whether it is to be raised, if anything has been written lately. */
    boolean mayBeRaised() {
        return !onItsWay;
    }

    /** Whether it is to be raised though nothing has been written: it is not there yet, or could vanish. */
    boolean isDue(long nowNanos) {
        return !everConfirmed && !refused || nowNanos - provenNanos > RENEW_NANOS;
    }

    /** The slot for the next number: the same as before if the master serves it and has not refused; empty if it serves none. */
    OptionalInt nextSlot(IntPredicate serves) {
        int from = elsewhere ? slot + 1 : slot;
        return IntStream.range(from, from + HashSlot.COUNT)
                .map(next -> next % HashSlot.COUNT)
                .filter(serves)
                .findFirst();
    }

    /**
     * The command that raises it.
     *
     * @param number higher than all before, and of no other master: what the key has may come from one that had the slot before
     * @param inSlot the {@link #nextSlot}
     * @param nowNanos what is acknowledged now, the number proves
     */
    byte[] raise(long number, int inSlot, long nowNanos) {
        slot = inSlot;
        elsewhere = false;
        onItsWay = true;
        sent.add(new Sent(number, nowNanos));
        if (sent.size() > MOST_REMEMBERED) {
            sent.remove();
        }
        return new RespWriter(96)
                .command(
                        "SET".getBytes(StandardCharsets.US_ASCII),
                        key(),
                        Long.toString(number).getBytes(StandardCharsets.US_ASCII),
                        "EX".getBytes(StandardCharsets.US_ASCII),
                        Long.toString(LIFE.toSeconds()).getBytes(StandardCharsets.US_ASCII))
                .toByteArray();
    }

    /** Whether the master has ever had a number. */
    boolean isConfirmed() {
        return everConfirmed;
    }

    /** The highest number that the master has shown to have until a moment. */
    Optional<Confirmed> confirmedUntil(long nanos) {
        return confirmed.stream()
                .filter(one -> one.atNanos() - nanos <= 0)
                .max(Comparator.comparingLong(Confirmed::number));
    }

    /**
     * The master has the latest number.
     *
     * @param nowNanos when it said so
     */
    void confirmed(long nowNanos) {
        confirmed.add(new Confirmed(sent.getLast().number(), key(), nowNanos));
        if (confirmed.size() > MOST_REMEMBERED) {
            confirmed.remove();
        }
        onItsWay = false;
        refused = false;
        everConfirmed = true;
        unproven = null;
        provenNanos = sent.getLast().atNanos();
    }

    /** The master has refused it. */
    void refused(ErrorReply error) {
        onItsWay = false;
        refused = true;
        elsewhere = error.remedy() != ErrorReply.Remedy.WAIT;
    }

    /** The connection is lost: what is not proven may turn out to be lost, too. */
    void lost(Unproven now) {
        onItsWay = false;
        unproven = unproven == null ? now : now.after(unproven, now.allSinceNanos() - provenNanos <= 0);
    }

    /** What may be lost. */
    Unproven unproven(long nowNanos) {
        return unproven == null ? new Unproven(List.of(), nowNanos, List.of()) : unproven;
    }

    /** Which of its numbers that is; 0 if it is none. */
    long numberIn(String value) {
        return sent.stream()
                .mapToLong(Sent::number)
                .filter(one -> Long.toString(one).equals(value))
                .findAny()
                .orElse(0);
    }

    /** What was acknowledged before, the master has if it has this number; empty if nobody knows of it. */
    OptionalLong provenBy(String value) {
        return sent.stream()
                .filter(one -> Long.toString(one.number()).equals(value))
                .mapToLong(Sent::atNanos)
                .findAny();
    }

    /** From when on batches are to be remembered for its sake, of {@link System#nanoTime()}. */
    long neededSince(long nowNanos) {
        if (refused && !everConfirmed) {
            return nowNanos; // nothing can be proven here
        }
        return appendOnly ? provenNanos - APPENDED_NANOS : provenNanos;
    }
}
