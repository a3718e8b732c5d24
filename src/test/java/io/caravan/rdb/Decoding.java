package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.DecodeTarget.Ability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Decodes literal values: whole, a byte at a time, and split at every byte, which must make no difference; skips them,
 * which must end at the same byte.
 */
final class Decoding {

    static final long NOW = 1_700_000_000_000L;

    /** A destination that understands everything. */
    static final DecodeTarget ANYTHING =
            new DecodeTarget("Redis 8.6", EnumSet.allOf(Ability.class), DecodeLimits.DEFAULT);

    /** Every split of longer values would be square in their length. */
    private static final int SPLIT_UP_TO = 600;

    private Decoding() {}

    static DecodeTarget only(Ability... abilities) {
        return new DecodeTarget("Redis 4.0", Set.of(abilities), DecodeLimits.DEFAULT);
    }

    /** The commands that the value of key {@code k} becomes. */
    static List<String> commandsOf(int type, String notation) throws Exception {
        return commandsOf(type, notation, ANYTHING);
    }

    static List<String> commandsOf(int type, String notation, DecodeTarget target) throws Exception {
        byte[] value = Literal.bytes(notation);
        var skipped = new RdbInput(ByteSources.inPieces(padded(value), 1), 0);
        new ValueSkipper(skipped).skipValue(type);
        assertThat(skipped.offset()).as("skipping ends where decoding does").isEqualTo(value.length);
        List<String> whole =
                decode(type, value, ByteSources.whole(padded(value)), target).lines();
        assertThat(decode(type, value, ByteSources.inPieces(padded(value), 1), target)
                        .lines())
                .as("a byte at a time")
                .isEqualTo(whole);
        for (int i = 1; i < Math.min(value.length, SPLIT_UP_TO); i++) {
            assertThat(decode(type, value, ByteSources.splitAt(padded(value), i), target)
                            .lines())
                    .as("split at byte %d", i)
                    .isEqualTo(whole);
        }
        return whole;
    }

    /** The exception that the value leads to; the same one whole and a byte at a time. */
    static Throwable faultOf(int type, String notation) {
        byte[] value = Literal.bytes(notation);
        Throwable fault = faultOf(type, value, ByteSources.whole(value));
        assertThat(faultOf(type, value, ByteSources.inPieces(value, 1)))
                .as("a byte at a time")
                .hasSameClassAs(fault)
                .hasMessage(fault.getMessage());
        return fault;
    }

    private static Throwable faultOf(int type, byte[] value, ByteSource source) {
        try {
            decode(type, value, source, ANYTHING);
        } catch (IOException | UnsupportedValueException e) {
            return e;
        }
        throw new AssertionError("the value was decoded without a fault");
    }

    private static RecordedCommands decode(int type, byte[] value, ByteSource source, DecodeTarget target)
            throws IOException, UnsupportedValueException {
        var in = new RdbInput(source, 0);
        var commands = new RecordedCommands();
        byte[] key = "k".getBytes(StandardCharsets.US_ASCII);
        new ValueDecoder(in, target, () -> NOW).decode(type, key, RdbReader.NO_EXPIRY, commands);
        assertThat(in.offset()).as("the input is behind the value").isEqualTo(value.length);
        return commands;
    }

    /** A value is never the last thing in a snapshot; what is behind it must not be touched. */
    private static byte[] padded(byte[] value) {
        byte[] padded = Arrays.copyOf(value, value.length + 1);
        padded[value.length] = (byte) 0xff;
        return padded;
    }
}
