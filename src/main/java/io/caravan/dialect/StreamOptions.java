package io.caravan.dialect;

import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.Locale;

/**
 * Reads the options of {@code XADD} (those before the entry's id) and {@code XTRIM}, and keeps those that the destination takes
 * from a client. Made for one command.
 *
 * <p>A master resolves {@code ~} into {@code =} and the exact number, but leaves {@code LIMIT} where it was; from a client {@code
 * = N LIMIT n} is refused, by every version, whichever of them stands first. {@code NOMKSTREAM} has no meaning for an entry that was added, nor has {@code
 * KEEPREF}, which is what happens without it, nor anything about references where nothing is trimmed.
 */
final class StreamOptions {

    /** A position that no option has: argument 0 is the name of the command. */
    static final int NONE = 0;

    private final Arguments arguments;
    private final ServerVersion destination;
    private final Words kept;
    private int at;
    private int references = NONE;
    private int producer = NONE;
    private boolean trims;
    private final boolean exact;
    private boolean byId;
    private boolean someLeftOut;

    /** @param kept the command as far as it is written; options are added */
    StreamOptions(Arguments arguments, int from, Words kept, ServerVersion destination) {
        this.arguments = arguments;
        this.kept = kept;
        this.destination = destination;
        exact = isExact(arguments, from);
        at = from;
        while (at < arguments.count() && readOption()) {
            // one after the other
        }
        keepReferences();
    }

    /** Position behind the options: the entry's id. */
    int end() {
        return Math.min(at, arguments.count());
    }

    /** Position of {@code IDMP p i} or {@code IDMPAUTO p}, which are not kept; {@link #NONE} if there is none. */
    int producer() {
        return producer;
    }

    /** Whether the destination is not to be told all of them. */
    boolean someLeftOut() {
        return someLeftOut;
    }

    /** Whether the destination cannot be told to do the same: there is no older form. */
    boolean impossible() {
        boolean touchesGroups = trims && references != NONE && !arguments.is(references, "KEEPREF");
        return byId && !Form.STREAM_TRIMMING_BY_ID.isKnownTo(destination)
                || touchesGroups && !Form.STREAM_REFERENCES.isKnownTo(destination);
    }

    private boolean readOption() {
        if (arguments.is(at, "NOMKSTREAM")) {
            keep(1, Form.STREAM_TRIMMING_BY_ID.isKnownTo(destination));
        } else if (arguments.is(at, "KEEPREF") || arguments.is(at, "DELREF") || arguments.is(at, "ACKED")) {
            references = at++;
        } else if (arguments.is(at, "IDMPAUTO") || arguments.is(at, "IDMP")) {
            producer = at;
            keep(arguments.is(at, "IDMP") ? 3 : 2, false);
        } else if (arguments.is(at, "MAXLEN") || arguments.is(at, "MINID")) {
            readTrimming();
        } else if (arguments.is(at, "LIMIT")) {
            keep(2, !exact);
        } else {
            return false;
        }
        return true;
    }

    private void readTrimming() {
        trims = true;
        byId = arguments.is(at, "MINID");
        keep(hasOperator(arguments, at) ? 3 : 2, true);
    }

    private static boolean hasOperator(Arguments arguments, int strategy) {
        return strategy + 1 < arguments.count() && (arguments.is(strategy + 1, "=") || arguments.is(strategy + 1, "~"));
    }

    /** Whether it is trimmed to an exact number, or id; the strategy may stand anywhere among the options. */
    private static boolean isExact(Arguments arguments, int from) {
        int at = from;
        while (at < arguments.count()) {
            if (arguments.is(at, "MAXLEN") || arguments.is(at, "MINID")) {
                return at + 1 >= arguments.count() || !arguments.is(at + 1, "~");
            }
            int words = wordsOf(arguments, at);
            if (words == 0) {
                return false;
            }
            at += words;
        }
        return false;
    }

    /** How many arguments an option takes that is no strategy; 0 if there is none. */
    private static int wordsOf(Arguments arguments, int at) {
        return switch (arguments.text(at).toUpperCase(Locale.ROOT)) {
            case "NOMKSTREAM", "KEEPREF", "DELREF", "ACKED" -> 1;
            case "LIMIT", "IDMPAUTO" -> 2;
            case "IDMP" -> 3;
            default -> 0;
        };
    }

    private void keepReferences() {
        if (references != NONE && Form.STREAM_REFERENCES.isKnownTo(destination)) {
            kept.copy(arguments, references);
        } else {
            someLeftOut |= references != NONE;
        }
    }

    private void keep(int words, boolean known) {
        int end = Math.min(at + words, arguments.count());
        if (known) {
            kept.copy(arguments, at, end);
        } else {
            someLeftOut = true;
        }
        at = end;
    }
}
