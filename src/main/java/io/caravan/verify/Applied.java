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
     * @return empty if nobody says so; differences are then read again after a while instead
     * @throws IOException if it cannot be asked for at the moment
     */
    OptionalLong offsetOf(NodeAddress master) throws IOException;
}
