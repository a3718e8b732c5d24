package io.caravan.dialect;

import io.caravan.node.ServerVersion;

/** The destination has no form for a value or command of the source; the message is the reason. */
final class UnrepresentableException extends Exception {

    private static final long serialVersionUID = 1L;

    UnrepresentableException(String message) {
        super(message);
    }

    /** @param lacks what the destination does not have, {@code no vector sets} */
    static UnrepresentableException lacks(ServerVersion destination, String lacks) {
        return new UnrepresentableException(
                "the destination is %s and has %s; leave such keys out with the selection, or take a newer destination"
                        .formatted(destination, lacks));
    }
}
