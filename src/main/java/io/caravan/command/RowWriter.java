package io.caravan.command;

import io.caravan.resp.Arguments;

/** Fills in a row of a {@link CommandBatch} from a command's arguments. */
final class RowWriter {

    private RowWriter() {}

    /** Writes bytes, key, slot and flags of the command into {@code row}; database and offset are left as they are. */
    static void describe(int[] rows, int row, Arguments command, CommandSpec spec, int flags) {
        int at = row * CommandBatch.ROW;
        int first = spec.keys().first(command);
        rows[at + CommandBatch.FLAGS] = flags;
        if (first == KeyPositions.NO_KEY) {
            rows[at + CommandBatch.KEY_START] = 0;
            rows[at + CommandBatch.KEY_LENGTH] = 0;
            rows[at + CommandBatch.SLOT] = CommandBatch.NO_SLOT;
        } else {
            describeKeys(rows, at, command, spec, first);
        }
        int start = startOf(command);
        rows[at + CommandBatch.START] = start;
        int last = command.count() - 1;
        rows[at + CommandBatch.LENGTH] = command.start(last) + command.length(last) + 2 - start;
    }

    /** Writes the first key of the row at {@code at}, and its slot. */
    static void describeKey(int[] rows, int at, byte[] bytes, int start, int length) {
        rows[at + CommandBatch.KEY_START] = start;
        rows[at + CommandBatch.KEY_LENGTH] = length;
        rows[at + CommandBatch.SLOT] = HashSlot.of(bytes, start, length);
        if (ReservedKeys.contain(bytes, start, length)) {
            rows[at + CommandBatch.FLAGS] |= CommandBatch.RESERVED;
        }
    }

    /** The bytes of all commands that were not dropped. */
    static int lengthOf(int[] rows, int size) {
        int length = 0;
        for (int at = 0; at < size * CommandBatch.ROW; at += CommandBatch.ROW) {
            length += isDropped(rows, at) ? 0 : rows[at + CommandBatch.LENGTH];
        }
        return length;
    }

    /** Copies the commands out of {@code bytes} and lets the rows refer to the copy; those that were dropped become empty. */
    static byte[] compact(int[] rows, int size, byte[] bytes) {
        byte[] kept = new byte[lengthOf(rows, size)];
        int next = 0;
        for (int at = 0; at < size * CommandBatch.ROW; at += CommandBatch.ROW) {
            int start = rows[at + CommandBatch.START];
            rows[at + CommandBatch.START] = next;
            if (isDropped(rows, at)) {
                rows[at + CommandBatch.LENGTH] = 0;
                rows[at + CommandBatch.KEY_START] = 0;
                rows[at + CommandBatch.KEY_LENGTH] = 0;
                continue;
            }
            System.arraycopy(bytes, start, kept, next, rows[at + CommandBatch.LENGTH]);
            rows[at + CommandBatch.KEY_START] +=
                    rows[at + CommandBatch.SLOT] == CommandBatch.NO_SLOT ? 0 : next - start;
            next += rows[at + CommandBatch.LENGTH];
        }
        return kept;
    }

    private static boolean isDropped(int[] rows, int at) {
        return (rows[at + CommandBatch.FLAGS] & CommandBatch.DROPPED) != 0;
    }

    private static void describeKeys(int[] rows, int at, Arguments command, CommandSpec spec, int first) {
        describeKey(rows, at, command.bytes(), command.start(first), command.length(first));
        int slot = rows[at + CommandBatch.SLOT];
        if (!spec.keys().single()) {
            rows[at + CommandBatch.FLAGS] |= flagsOfAll(command, spec, slot);
        }
    }

    private static int flagsOfAll(Arguments command, CommandSpec spec, int slot) {
        int[] flags = new int[1];
        byte[] bytes = command.bytes();
        spec.keys().visit(command, i -> {
            int start = command.start(i);
            int length = command.length(i);
            flags[0] |= HashSlot.of(bytes, start, length) == slot ? 0 : CommandBatch.CROSS_SLOT;
            flags[0] |= ReservedKeys.contain(bytes, start, length) ? CommandBatch.RESERVED_BEHIND : 0;
        });
        return flags[0];
    }

    /** The command begins with {@code *<count>\r\n$<length of name>\r\n}; lengths are written without leading zeros. */
    private static int startOf(Arguments command) {
        int start = command.start(0) - 1;
        while (command.bytes()[start] != '*') {
            start--;
        }
        return start;
    }
}
