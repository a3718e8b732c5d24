package io.caravan.dialect;

import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.Optional;

/**
 * What stands behind the value in {@code SET}.
 *
 * @param expiry when the key expires, empty if it does not say
 * @param keeps {@code KEEPTTL}
 * @param kept options that the destination takes as they are: {@code NX}, {@code XX}, and {@code IFEQ} with its like where they
 *     are known. They are in the stream only if they have taken effect, so leaving one out changes nothing
 * @param foreign whether there are options that it does not take, which are left out
 */
record SetOptions(Optional<Expiry> expiry, boolean keeps, Words kept, boolean foreign) {

    /** Reads the options from {@code from} on; empty if one is not understood. */
    static Optional<SetOptions> of(Arguments arguments, int from, Words kept, ServerVersion destination) {
        Optional<Expiry> expiry = Optional.empty();
        boolean keeps = false;
        boolean foreign = false;
        for (int i = from; i < arguments.count(); i++) {
            Optional<Expiry> here = Expiry.ofOption(arguments, i);
            if (here.isPresent()) {
                expiry = here;
                i++;
            } else if (arguments.is(i, "KEEPTTL")) {
                keeps = true;
            } else if (arguments.is(i, "NX") || arguments.is(i, "XX")) {
                kept.copy(arguments, i);
            } else if (arguments.is(i, "GET")) {
                foreign |= !Form.SET_MOMENTS.isKnownTo(destination); // a reply that nobody waits for
            } else if (i + 1 < arguments.count() && isComparison(arguments, i)) {
                boolean known = comparison(arguments, i).isKnownTo(destination);
                foreign |= !known;
                if (known) {
                    kept.copy(arguments, i, i + 2);
                }
                i++;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(new SetOptions(expiry, keeps, kept, foreign));
    }

    private static boolean isComparison(Arguments arguments, int i) {
        return arguments.is(i, "IFEQ")
                || arguments.is(i, "IFNE")
                || arguments.is(i, "IFDEQ")
                || arguments.is(i, "IFDNE");
    }

    private static Form comparison(Arguments arguments, int i) {
        return arguments.is(i, "IFEQ") ? Form.SET_IF_EQUAL : Form.SET_IF_OTHER;
    }
}
