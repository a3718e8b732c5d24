package io.caravan.precheck;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * Why a server cannot be asked.
 *
 * @param kind the item that it belongs to
 * @param importance what depends on the server
 * @param node {@code host:port}
 * @param cause what happened
 * @param remedy what to do
 */
record Obstacle(Kind kind, Importance importance, String node, String cause, String remedy) {

    private static final String TLS_REFUSED =
            "check that the server speaks TLS on this port, that its certificate is trusted by sslContextParameters, and"
                    + " that it names the host (hostnameVerification)";
    private static final String TLS_WANTED = "if it speaks TLS, set sslContextParameters; else look into its log";

    /** Which item an obstacle belongs to. */
    enum Kind {
        CONNECTION,
        ENCRYPTION,
        CREDENTIALS
    }

    /** What depends on a server. */
    enum Importance {
        /** It was given in the settings: one that answers is enough. */
        GIVEN,
        /** It holds keys. */
        MASTER,
        /** It may hold keys after a failover. */
        REPLICA
    }

    /** @param encrypted whether the side is spoken to by TLS */
    static Obstacle of(IOException failure, Importance importance, String node, boolean encrypted) {
        String message = String.valueOf(failure.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (contains(
                lower, "wrongpass", "noauth", "invalid password", "no password is set", "any password configured")) {
            return split(Kind.CREDENTIALS, importance, node, message, "check user and password");
        }
        Optional<String> handshake = handshakeFailure(failure);
        boolean broke = !lower.contains("cannot be reached")
                && contains(lower, "closed the connection", "is no reply", "prematurely", "connection reset");
        if (handshake.isPresent() || (encrypted && broke)) {
            String cause = "TLS with " + node + " failed: " + handshake.orElse("the server ended the connection");
            return new Obstacle(Kind.ENCRYPTION, importance, node, cause, TLS_REFUSED);
        }
        if (broke) {
            String cause = node + " ended the connection at the first word, as a server does that wants TLS";
            return new Obstacle(Kind.ENCRYPTION, importance, node, cause, TLS_WANTED);
        }
        return split(Kind.CONNECTION, importance, node, message, "check address, port and firewall");
    }

    private static Optional<String> handshakeFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return Optional.of(String.valueOf(cause.getMessage()));
            }
        }
        return Optional.empty();
    }

    /** Messages of the rooms below end in what to do, behind a semicolon. */
    private static Obstacle split(Kind kind, Importance importance, String node, String message, String otherwise) {
        int end = message.lastIndexOf("; ");
        String remedy = end < 0 ? otherwise : message.substring(end + 2);
        return new Obstacle(kind, importance, node, end < 0 ? message : message.substring(0, end), remedy);
    }

    private static boolean contains(String text, String... parts) {
        return Stream.of(parts).anyMatch(text::contains);
    }

    /** @param anyAnswered whether another node of the side could be asked */
    Finding finding(boolean anyAnswered) {
        boolean grave = importance == Importance.MASTER || (importance == Importance.GIVEN && !anyAnswered);
        return new Finding(grave ? Outcome.FAILED : Outcome.WARNING, node, cause + role(), remedy);
    }

    private String role() {
        return switch (importance) {
            case GIVEN -> "";
            case MASTER -> " (a master; the cluster announces this address)";
            case REPLICA -> " (a replica; the cluster announces this address)";
        };
    }
}
