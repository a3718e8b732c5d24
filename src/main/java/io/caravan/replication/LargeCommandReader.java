package io.caravan.replication;

import io.caravan.command.BatchBuilder;
import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.LargeCommand;
import io.caravan.resp.Arguments;
import io.caravan.resp.CommandScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads one command of the stream that is too large for memory into a temporary file. Made for one command; the shard's
 * thread owns it.
 */
final class LargeCommandReader {

    /** So much of a command is kept in memory: its name and, nearly always, its keys. */
    private static final int HEAD_BYTES = 64 * 1024;

    private final LargeCommand command;
    private byte[] head = {};
    private byte[] rest = {};
    private int restLength;

    /** @param directory for the temporary file */
    LargeCommandReader(Path directory) throws IOException {
        command = LargeCommand.in(directory);
    }

    /**
     * Takes over the beginning of a command and receives the rest of it.
     *
     * @param scanner has found the command incomplete, in {@code window} from 0 to {@code limit}
     * @throws IOException if the queue fails before the command is complete; the file is gone then
     */
    void read(CommandScanner scanner, byte[] window, int limit, ReceiveQueue queue) throws IOException {
        head = Arrays.copyOf(window, Math.min(limit, HEAD_BYTES));
        try {
            int end = limit;
            boolean complete = false;
            while (!complete) {
                int released = scanner.neededFrom(end);
                command.append(window, 0, released);
                System.arraycopy(window, released, window, 0, end - released);
                end -= released;
                end += queue.read(window, end, window.length - end);
                complete = scanner.scan(window, -(int) command.length(), end);
            }
            int commandEnd = scanner.end();
            command.append(window, 0, commandEnd);
            rest = Arrays.copyOfRange(window, commandEnd, end);
            restLength = rest.length;
        } catch (IOException | RuntimeException e) {
            command.close();
            throw e;
        }
    }

    /** Length of the command in bytes. */
    long length() {
        return command.length();
    }

    /** What was received behind the command, in an array of at least {@code size} bytes. */
    byte[] rest(int size) {
        return Arrays.copyOf(rest, Math.max(size, restLength));
    }

    /** Number of bytes received behind the command. */
    int restLength() {
        return restLength;
    }

    /** A batch of this one command. */
    CommandBatch toBatch(BatchOrigin origin, int database) {
        return BatchBuilder.large(origin, beginning(head), database, false, command);
    }

    /** The arguments that are found in the first bytes of a command. */
    static Arguments beginning(byte[] head) {
        var beginning = new CommandScanner();
        beginning.scan(head, 0, head.length);
        return beginning;
    }
}
