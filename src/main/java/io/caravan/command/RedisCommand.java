package io.caravan.command;

import io.caravan.resp.Arguments;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.MalformedRespException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * One command of a {@link CommandBatch} as an object: what {@code split} hands to a route.
 *
 * <p>A view: its bytes are those of the batch, arguments are copied out when they are asked for. Immutable as long as the
 * batch is not edited.
 */
public final class RedisCommand {

    private final CommandBatch batch;
    private final int row;

    RedisCommand(CommandBatch batch, int row) {
        this.batch = batch;
        this.row = row;
    }

    /** The command's name in upper case, {@code ZADD}. */
    public String name() {
        return spec().name();
    }

    /** What the command table says of it. */
    public CommandSpec spec() {
        return batch.spec(row);
    }

    /** Where it comes from: shard, phase, offsets of its batch. */
    public BatchOrigin origin() {
        return batch.origin();
    }

    /** Its place in the batch that the source sent: commands of one batch are in order by it, alone or not. */
    public int row() {
        return batch.place(row);
    }

    /** The database that it was run in. */
    public int database() {
        return batch.database(row);
    }

    /** The replication offset after it. */
    public long endOffset() {
        return batch.endOffset(row);
    }

    /** All arguments, the name first, each copied. */
    public List<byte[]> arguments() {
        Arguments scanned = scan();
        List<byte[]> arguments = new ArrayList<>(scanned.count());
        for (int i = 0; i < scanned.count(); i++) {
            arguments.add(scanned.copy(i));
        }
        return arguments;
    }

    /** All keys in the order of the arguments, each copied. */
    public List<byte[]> keys() {
        Arguments scanned = scan();
        List<byte[]> keys = new ArrayList<>();
        spec().keys().visit(scanned, i -> keys.add(scanned.copy(i)));
        return keys;
    }

    /** The database that it brings its last key to, if that is not the one that it was run in: {@code MOVE}, {@code COPY … DB}. */
    public OptionalInt targetDatabase() {
        return NamedDatabases.target(spec(), scan());
    }

    /** The two databases that it exchanges: {@code SWAPDB}; none if it is another command. */
    public List<Integer> swappedDatabases() {
        return NamedDatabases.swapped(spec(), scan());
    }

    /** A batch that has this command alone, with bytes of its own. */
    public CommandBatch alone() {
        return batch.only(row);
    }

    /** The command as the bytes that a server reads. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(batch.bytes(), batch.start(row), batch.start(row) + batch.length(row));
    }

    /** The command as one would type it, each argument quoted where it must be and cut at 100 bytes. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (byte[] argument : arguments()) {
            String quoted = MalformedRespException.quote(argument);
            boolean plain = !quoted.isEmpty() && quoted.indexOf(' ') < 0 && quoted.indexOf('\\') < 0;
            text.append(text.isEmpty() ? "" : " ").append(plain ? quoted : "\"" + quoted + "\"");
        }
        return text.toString();
    }

    private Arguments scan() {
        if (batch.isLarge(row)) {
            throw new IllegalStateException(name() + " of key '" + MalformedRespException.quote(batch.key(row))
                    + "' is too large for one message; hand the batch on instead of splitting it");
        }
        var scanner = new CommandScanner();
        scanner.scan(batch.bytes(), batch.start(row), batch.start(row) + batch.length(row));
        return scanner;
    }
}
