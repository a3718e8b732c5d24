package io.caravan.node;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An error that a server answered a question with: whether the account may never ask it, or the server cannot answer just now.
 *
 * <p>What is neither may be anything, and permits no conclusion. Rule: Redis {@code server.c}, {@code processCommand}, and {@code acl.c}.
 *
 * @param text the message without the minus
 */
public record Refusal(String text) {

    /** What passes by itself: the server loads its data, runs a script for long, or has lost its master. */
    private static final Set<String> PASSING =
            Set.of("BUSY", "LOADING", "MASTERDOWN", "NOMASTERLINK", "TRYAGAIN", "CLUSTERDOWN");

    /** Written when a connection is accepted, so that it is read as the answer to whatever was asked first. */
    private static final String TOO_MANY = "max number of clients";

    private static final Set<String> RIGHTS = Set.of("NOPERM", "NOAUTH");

    /** A command that was renamed or taken away, as an administrator or a service does it, is one that nobody knows. */
    private static final String[] TAKEN_AWAY = {"unknown command", "unknown subcommand", "not allowed", "is disabled"};

    /** Redis before 6.0 has no code for what is wrong with a password. */
    private static final String[] CREDENTIALS = {
        "invalid password",
        "invalid username-password",
        "no password is set",
        "without any password configured",
        "wrong number of arguments"
    };

    /** The first word, {@code NOPERM} of {@code NOPERM this user has no permissions …}. */
    public String code() {
        int space = text.indexOf(' ');
        return space < 0 ? text : text.substring(0, space);
    }

    /** Whether the same question may be answered later although nobody changes anything. */
    public boolean passes() {
        return PASSING.contains(code()) || says(TOO_MANY);
    }

    /** Whether it will be refused as long as nobody changes what the account may do. */
    public boolean isOfRights() {
        return !passes() && (RIGHTS.contains(code()) || says(TAKEN_AWAY));
    }

    /** Whether, of {@code AUTH}, it says that the credentials are wrong. */
    public boolean isOfCredentials() {
        return !passes() && (code().equals("WRONGPASS") || isOfRights() || says(CREDENTIALS));
    }

    private boolean says(String... parts) {
        String lower = text.toLowerCase(Locale.ROOT);
        return Stream.of(parts).anyMatch(lower::contains);
    }
}
