package io.caravan.dialect;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandCursor;
import io.caravan.resp.Arguments;
import java.util.List;
import java.util.Optional;

/**
 * When a key or field expires, as a command says it: a moment, or a time to live that counts from when the source ran the
 * command. Sources before Redis 7.0 say the latter; what is sent to the destination is always a moment, in the source's clock,
 * as a newer source would have sent it: so a command that is applied late, or twice, does not make anything live longer.
 *
 * @param milliseconds since 1970, or from the moment at which the source ran the command
 * @param relative whether it is a time to live
 */
record Expiry(long milliseconds, boolean relative) {

    static final long SECOND = 1000;
    static final long MILLISECOND = 1;

    /**
     * What argument {@code i} says in units of {@code unitMillis}; empty if it is no number, or one that no server would have
     * taken: the destination will say what it thinks of it.
     */
    static Optional<Expiry> of(Arguments arguments, int i, long unitMillis, boolean relative) {
        try {
            return Optional.of(new Expiry(Math.multiplyExact(arguments.number(i), unitMillis), relative));
        } catch (ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** What the option {@code EX}, {@code PX}, {@code EXAT} or {@code PXAT} at {@code i} says; empty if it is another. */
    static Optional<Expiry> ofOption(Arguments arguments, int i) {
        if (i + 1 >= arguments.count()) {
            return Optional.empty();
        }
        if (arguments.is(i, "PXAT")) {
            return of(arguments, i + 1, MILLISECOND, false);
        }
        if (arguments.is(i, "PX")) {
            return of(arguments, i + 1, MILLISECOND, true);
        }
        if (arguments.is(i, "EX")) {
            return of(arguments, i + 1, SECOND, true);
        }
        return arguments.is(i, "EXAT") ? of(arguments, i + 1, SECOND, false) : Optional.empty();
    }

    /** The moment, in milliseconds since 1970 by the source's clock. */
    long moment(BatchOrigin origin) {
        if (!relative) {
            return milliseconds;
        }
        long moment = origin.sourceTimeMillis() + milliseconds;
        return moment < 0 && milliseconds > 0 ? Long.MAX_VALUE : moment; // a time to live of 292 million years
    }

    /**
     * Nobody knows from when the time counts: the key is read again at the source instead of applying the command. Answers
     * whether that is so.
     */
    boolean refreshesIfLate(CommandCursor command) {
        byte[] key = command.key();
        if (!relative || !command.origin().late() || key == null) {
            return false;
        }
        command.refresh(List.of(key));
        return true;
    }

    /** Puts the moment behind a command that has made or changed the key. */
    void insertAfter(CommandCursor command, byte[] key) {
        Words.of("PEXPIREAT").add(key).add(moment(command.origin())).insertAfter(command);
    }
}
