package io.caravan.command;

import io.caravan.resp.Arguments;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.MalformedRespException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The options behind a value that is too large for memory: {@code SET k <value> PX 5000}.
 *
 * <p>A command can only be read from its beginning, so the shortest end of it that reads as so many arguments is looked for.
 * An option's name or number has no {@code $} in it, so there is no shorter one than the right one.
 */
final class LargeTail {

    /** Far more than the options of any command take. */
    private static final int LONGEST = 512;

    private LargeTail() {}

    /** The last {@code count} arguments of a command; empty if they are longer than options are. */
    static Optional<Arguments> of(LargeCommand command, int count) {
        if (count == 0) {
            return Optional.of(new CommandScanner());
        }
        byte[] end = end(command);
        byte[] header = ("*" + count + "\r\n").getBytes(StandardCharsets.US_ASCII);
        for (int from = end.length - 1; from >= 0; from--) {
            if (end[from] == '$') {
                byte[] candidate = Arrays.copyOf(header, header.length + end.length - from);
                System.arraycopy(end, from, candidate, header.length, end.length - from);
                Optional<Arguments> arguments = whole(candidate);
                if (arguments.isPresent()) {
                    return arguments;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Arguments> whole(byte[] candidate) {
        var scanner = new CommandScanner();
        try {
            boolean complete = scanner.scan(candidate, 0, candidate.length);
            return complete && scanner.end() == candidate.length ? Optional.of(scanner) : Optional.empty();
        } catch (MalformedRespException e) {
            return Optional.empty(); // a '$' in the middle of something
        }
    }

    private static byte[] end(LargeCommand command) {
        long length = Math.min(LONGEST, command.length());
        byte[] end = new byte[(int) length];
        try {
            command.read(ByteBuffer.wrap(end), command.length() - length);
        } catch (IOException e) {
            throw new UncheckedIOException("the end of a command too large for memory cannot be read back", e);
        }
        return end;
    }
}
