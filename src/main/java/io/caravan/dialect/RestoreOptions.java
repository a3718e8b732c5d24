package io.caravan.dialect;

import io.caravan.resp.Arguments;
import java.util.Optional;

/**
 * What {@code RESTORE} says besides key and payload.
 *
 * @param expiry when the key expires, empty if it does not
 * @param replaces {@code REPLACE}
 * @param idle position of {@code IDLETIME} or {@code FREQ}, whose number follows; 0 if there is none
 */
record RestoreOptions(Optional<Expiry> expiry, boolean replaces, int idle) {

    private static final int TIME_TO_LIVE = 2;

    /** Reads the options from {@code from} on. */
    static RestoreOptions of(Arguments head, Arguments arguments, int from) {
        boolean absolute = false;
        boolean replaces = false;
        int idle = 0;
        for (int i = from; i < arguments.count(); i++) {
            absolute |= arguments.is(i, "ABSTTL");
            replaces |= arguments.is(i, "REPLACE");
            if (i + 1 < arguments.count() && (arguments.is(i, "IDLETIME") || arguments.is(i, "FREQ"))) {
                idle = i++;
            }
        }
        Optional<Expiry> expiry =
                Expiry.of(head, TIME_TO_LIVE, Expiry.MILLISECOND, !absolute).filter(when -> when.milliseconds() != 0);
        return new RestoreOptions(expiry, replaces, idle);
    }

    /** Whether it says a time to live that counts from when the source ran it. */
    boolean isRelative() {
        return expiry.isPresent() && expiry.get().relative();
    }
}
