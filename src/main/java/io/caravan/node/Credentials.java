package io.caravan.node;

import java.util.Optional;

/**
 * How to authenticate, written as one string: {@code <user>:<password>}, or {@code <password>} alone.
 *
 * <p>A server that knows users (Redis 6.0 and later) is sent {@code AUTH user password}; one that does not is sent the
 * whole string as its password. The first colon separates, so a password may hold colons; a password that holds one and
 * has no user is written with a leading colon, {@code :pass:word}.
 */
public final class Credentials {

    /** No authentication. */
    public static final Credentials NONE = new Credentials("");

    private final String text;

    private Credentials(String text) {
        this.text = text;
    }

    /** Reads {@code <user>:<password>} or {@code <password>}; empty or blank means none. */
    public static Credentials parse(String text) {
        return text.isBlank() ? NONE : new Credentials(text);
    }

    /** Whether there is nothing to authenticate with. */
    public boolean none() {
        return text.isEmpty();
    }

    /** The user, empty if only a password was given. */
    public Optional<String> user() {
        int colon = text.indexOf(':');
        return colon <= 0 ? Optional.empty() : Optional.of(text.substring(0, colon));
    }

    /** The password without the user. */
    public String password() {
        return text.substring(text.indexOf(':') + 1);
    }

    /** The whole string: the password for a server that does not know users. */
    public String whole() {
        return text.startsWith(":") ? text.substring(1) : text;
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return none() ? "no credentials" : user().map(u -> "user " + u).orElse("a password");
    }
}
