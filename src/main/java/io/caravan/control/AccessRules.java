package io.caravan.control;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/**
 * Who may use the management port, as the settings say. Immutable; keeps of the token what it takes to know it again.
 */
final class AccessRules {

    /** The setting that holds the token. */
    static final String TOKEN = "caravan.management.token";

    private static final int SHORTEST_TOKEN = 16;
    private static final String EVERYTHING = "/*";

    private final String host;
    private final int port;
    private final boolean loopback;
    private final byte[] tokenDigest;

    private AccessRules(String host, int port, boolean loopback, byte[] tokenDigest) {
        this.host = host;
        this.port = port;
        this.loopback = loopback;
        this.tokenDigest = tokenDigest;
    }

    /**
     * Camel's own authentication of the management port.
     *
     * @param enabled whether it is used
     * @param path what it protects
     */
    record CamelsOwn(boolean enabled, String path) {}

    /**
     * The rules that follow from the settings.
     *
     * @param token empty for none
     * @throws IllegalArgumentException if they would let in everybody; says what to set
     */
    static AccessRules of(String host, int port, String token, CamelsOwn authentication) {
        boolean loopback = isLoopback(host);
        if (!token.isEmpty() && token.length() < SHORTEST_TOKEN) {
            throw new IllegalArgumentException(TOKEN + " is shorter than " + SHORTEST_TOKEN
                    + " characters, and could be guessed; make one with: openssl rand -hex 32");
        }
        if (!loopback && token.isEmpty() && !(authentication.enabled() && isEverything(authentication.path()))) {
            throw new IllegalArgumentException("camel.management.host=" + host
                    + " lets other machines reach the management port, and nothing protects it: set " + TOKEN
                    + " = {{env:CARAVAN_TOKEN}} (make one with: openssl rand -hex 32), or"
                    + " camel.management.authenticationEnabled = true with basicPropertiesFile and authenticationPath = "
                    + EVERYTHING + ", or camel.management.host = 127.0.0.1");
        }
        return new AccessRules(
                host.toLowerCase(Locale.ROOT), port, loopback, token.isEmpty() ? new byte[0] : digest(token));
    }

    private static boolean isEverything(String path) {
        return path.equals(EVERYTHING) || path.equals("*") || path.isEmpty();
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("camel.management.host=" + host + " is not known: " + e.getMessage(), e);
        }
    }

    /** As it was configured, in lower case. */
    String host() {
        return host;
    }

    int port() {
        return port;
    }

    /** Whether only this machine reaches the port. */
    boolean isLoopback() {
        return loopback;
    }

    boolean wantsToken() {
        return tokenDigest.length > 0;
    }

    /** Whether that is the token; takes as long whatever is wrong with it. */
    boolean isToken(String given) {
        return MessageDigest.isEqual(tokenDigest, digest(given));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
