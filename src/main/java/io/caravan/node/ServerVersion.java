package io.caravan.node;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The product and version of a server.
 *
 * @param product {@code redis} or {@code valkey} (or another that speaks the protocol), lower case
 * @param major first number
 * @param minor second number
 * @param patch third number
 */
public record ServerVersion(String product, int major, int minor, int patch) implements Comparable<ServerVersion> {

    /** Redis. */
    public static final String REDIS = "redis";

    /** Valkey, the fork of Redis 7.2. */
    public static final String VALKEY = "valkey";

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

    /**
     * Reads {@code 7.0.15}.
     *
     * @throws IllegalArgumentException if it is no version
     */
    public static ServerVersion parse(String product, String numbers) {
        Matcher matcher = NUMBERS.matcher(numbers.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + numbers + "' is no version of " + product);
        }
        String patch = matcher.group(3);
        return new ServerVersion(
                product,
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                patch == null ? 0 : Integer.parseInt(patch));
    }

    /** Whether it is Valkey. */
    public boolean valkey() {
        return product.equals(VALKEY);
    }

    /** Whether it is at least {@code major.minor}, whatever the product. */
    public boolean atLeast(int atLeastMajor, int atLeastMinor) {
        return major > atLeastMajor || major == atLeastMajor && minor >= atLeastMinor;
    }

    /** By numbers alone: versions of different products are compared as if they were of one. */
    @Override
    public int compareTo(ServerVersion other) {
        int byMajor = Integer.compare(major, other.major);
        int byMinor = Integer.compare(minor, other.minor);
        return byMajor != 0 ? byMajor : byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        String name = product.isEmpty() ? product : Character.toUpperCase(product.charAt(0)) + product.substring(1);
        return name + " " + major + "." + minor + "." + patch;
    }
}
