package io.caravan.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of a command that is too large for memory and may have several: they may stand anywhere in its file. Looked for when
 * the command is complete, since they may be asked for when the file is gone.
 *
 * @param names those that are known, not to be changed
 * @param all whether there are no others
 * @param front the command's bytes up to the end of its first key; empty if it has none
 */
record LargeKeys(List<byte[]> names, boolean all, byte[] front) {

    /** What is held of keys is not to become what the file is there to avoid. */
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    LargeKeys {
        names = List.copyOf(names);
    }

    /** Looks for them. */
    static LargeKeys of(LargeCommand command, KeyPositions positions) {
        try {
            return of(new LargeArguments(command), positions);
        } catch (IOException e) {
            throw new UncheckedIOException("a command too large for memory cannot be read back from its file", e);
        }
    }

    private static LargeKeys of(LargeArguments arguments, KeyPositions positions) {
        List<byte[]> names = new ArrayList<>();
        byte[][] front = {{}};
        long[] bytes = {0};
        positions.visit(arguments, i -> {
            bytes[0] += names.isEmpty() ? arguments.end(i) : arguments.length(i); // what lies before it is held, too
            if (bytes[0] <= MOST_BYTES && !arguments.missed()) {
                front[0] = names.isEmpty() ? arguments.until(i) : front[0];
                names.add(arguments.copy(i));
            }
        });
        return new LargeKeys(names, bytes[0] <= MOST_BYTES && !arguments.missed(), front[0]);
    }

    /** About what they take in memory. */
    int heldBytes() {
        return front.length + names.stream().mapToInt(name -> name.length).sum();
    }
}
