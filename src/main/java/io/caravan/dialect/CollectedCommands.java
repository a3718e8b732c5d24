package io.caravan.dialect;

import io.caravan.rdb.ValueCommands;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps the commands that a value was decoded into, encoded as they are, up to a number of bytes: a small payload may have
 * been compressed out of a large value. Used by one thread, for one value.
 */
final class CollectedCommands implements ValueCommands {

    /** Payloads of up to 4 MiB come here; eight times that is more than data compresses to as a rule. */
    static final int MOST_BYTES = 32 * 1024 * 1024;

    private final List<byte[]> commands = new ArrayList<>();
    private ByteArrayOutputStream large = new ByteArrayOutputStream();
    private long bytes;

    /** The commands in order; to be used if they are not {@linkplain #areTooLarge too large}. */
    List<byte[]> commands() {
        return commands;
    }

    /** Whether the value has more bytes than may be kept, so that not all of them have been. */
    boolean areTooLarge() {
        return bytes > MOST_BYTES;
    }

    @Override
    public void command(byte[] encoded, int length) {
        bytes += length;
        if (!areTooLarge()) {
            commands.add(Arrays.copyOf(encoded, length));
        }
    }

    @Override
    public void beginLarge(byte[] key, long length) {
        large = new ByteArrayOutputStream();
    }

    @Override
    public void part(byte[] encoded, int from, int length) {
        bytes += length;
        if (!areTooLarge()) {
            large.write(encoded, from, length);
        }
    }

    @Override
    public void endLarge() {
        commands.add(large.toByteArray());
    }
}
