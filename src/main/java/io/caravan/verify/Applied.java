package io.caravan.verify;

import io.caravan.node.NodeAddress;
import java.io.IOException;
import java.util.OptionalLong;

/** How far the destination is. Thread-safe. */
@FunctionalInterface
public interface Applied {

    /** Nobody applies anything: whatever is to be equal is so by now. */
    Applied UNKNOWN = master -> OptionalLong.empty();

    /**
     * The offset up to which everything of a master's stream is applied. May wait for the network.
     *
     * @return empty if nobody says so; differences are then read again after a while instead. Negative as long as nothing of it is applied,
     *     or nobody receives it: another number than before each time it has got on
     * @throws IOException if it cannot be asked for at the moment
     */
    OptionalLong offsetOf(NodeAddress master) throws IOException;

    /**
     * How much is still to be put right at the destination beside the streams, as after slots of the source have moved; 0 if nothing is, or
     * that is not known. Differences are told only when it is 0, or does not get less any more.
     */
    default long unsettled() {
        return 0;
    }
}
