package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import io.caravan.rdb.CorruptRdbException;
import io.caravan.rdb.DumpPayload;
import io.caravan.rdb.RdbDialect;
import io.caravan.resp.Arguments;

/**
 * {@code FUNCTION LOAD} and {@code FUNCTION RESTORE}: replacing what is there, since the destination may have the library from
 * another shard or from before; and stamped with an RDB version that it takes.
 */
final class FunctionRewrite implements Rewrite {

    private static final int SUBCOMMAND = 1;
    private static final int PAYLOAD = 2;
    private static final int POLICY = 3;

    private final RdbDialect destination;

    FunctionRewrite(ServerVersion version) {
        destination = RdbDialect.of(
                version.valkey() ? RdbDialect.Fork.VALKEY : RdbDialect.Fork.REDIS, version.major(), version.minor());
    }

    @Override
    public void apply(CommandCursor command) throws UnrepresentableException {
        Arguments arguments = command.arguments();
        if (arguments.count() <= PAYLOAD) {
            return;
        }
        if (arguments.is(SUBCOMMAND, "LOAD")) {
            if (!arguments.is(PAYLOAD, "REPLACE")) {
                Words.of("FUNCTION")
                        .add("LOAD")
                        .add("REPLACE")
                        .copy(arguments, PAYLOAD, arguments.count())
                        .replace(command);
            }
        } else if (arguments.is(SUBCOMMAND, "RESTORE")) {
            restore(command, arguments);
        }
    }

    /**
     * {@code FLUSH} stays: it takes away what the source has taken away. What a master without a library dumps is nothing but a footer
     * (Redis 8.4 and later send that with slots that move); older destinations do not take it, and there is nothing in it.
     */
    private void restore(CommandCursor command, Arguments arguments) throws UnrepresentableException {
        boolean flushes = arguments.count() > POLICY && arguments.is(POLICY, "FLUSH");
        if (arguments.length(PAYLOAD) == DumpPayload.FOOTER_LENGTH) {
            if (flushes) {
                Words.of("FUNCTION").add("FLUSH").replace(command);
            } else {
                command.drop();
            }
            return;
        }
        Words.of("FUNCTION")
                .add("RESTORE")
                .add(stamped(arguments.copy(PAYLOAD)))
                .add(flushes ? "FLUSH" : "REPLACE")
                .replace(command);
    }

    private byte[] stamped(byte[] payload) throws UnrepresentableException {
        try {
            DumpPayload dump = DumpPayload.of(payload);
            boolean taken = destination.version() == dump.version();
            return taken ? payload : dump.restamped(destination.version());
        } catch (CorruptRdbException e) {
            throw new UnrepresentableException("FUNCTION RESTORE with a damaged payload: " + e.getMessage());
        }
    }

    /** There is no key to read again: it goes as it is. */
    @Override
    public void applyToLarge(CommandCursor command, byte[] key) {
        // a library of that size is refused only where it is already
    }
}
