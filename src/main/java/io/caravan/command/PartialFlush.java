package io.caravan.command;

import io.caravan.resp.MalformedRespException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A {@code FLUSHDB} of those keys only that came from one database of the source, where several of them share a database from
 * there on. In a batch it is
 *
 * <pre>
 * FLUSHDB CARAVAN.ONLY one: two:       keys that begin with one of these
 * FLUSHDB CARAVAN.EXCEPT one: two:     keys that begin with none of these
 * </pre>
 *
 * so that every step takes it for the flush that it is; no server knows these arguments, so a sink that does not either is
 * refused, and loses nothing.
 *
 * @param only whether keys with these prefixes are removed, or all others
 */
public record PartialFlush(boolean only, List<byte[]> prefixes) {

    private static final String ONLY = "CARAVAN.ONLY";
    private static final String EXCEPT = "CARAVAN.EXCEPT";

    public PartialFlush {
        prefixes = List.copyOf(prefixes);
    }

    /** What the command in {@code row} is to remove, if it is such a flush. */
    public static Optional<PartialFlush> of(CommandBatch batch, int row) {
        if (!batch.spec(row).name().equals("FLUSHDB") || batch.argumentCount(row) < 3) {
            return Optional.empty();
        }
        List<byte[]> arguments = batch.command(row).arguments();
        var mode = new String(arguments.get(1), StandardCharsets.US_ASCII);
        return mode.equals(ONLY) || mode.equals(EXCEPT)
                ? Optional.of(new PartialFlush(mode.equals(ONLY), arguments.subList(2, arguments.size())))
                : Optional.empty();
    }

    /** The command for it. */
    byte[][] arguments() {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add("FLUSHDB".getBytes(StandardCharsets.US_ASCII));
        arguments.add((only ? ONLY : EXCEPT).getBytes(StandardCharsets.US_ASCII));
        arguments.addAll(prefixes);
        return arguments.toArray(new byte[0][]);
    }

    /** Whether it removes the key. */
    public boolean removes(byte[] key) {
        for (byte[] prefix : prefixes) {
            if (begins(key, prefix)) {
                return only;
            }
        }
        return !only;
    }

    /** What a key that it removes is called at the source, where its slot there comes from. */
    public byte[] originOf(byte[] key) {
        for (byte[] prefix : prefixes) {
            if (only && begins(key, prefix)) {
                return Arrays.copyOfRange(key, prefix.length, key.length);
            }
        }
        return key;
    }

    private static boolean begins(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public String toString() {
        return (only ? "keys that begin with " : "keys that do not begin with ")
                + prefixes.stream()
                        .map(prefix -> "'" + MalformedRespException.quote(prefix) + "'")
                        .collect(Collectors.joining(" or "));
    }
}
