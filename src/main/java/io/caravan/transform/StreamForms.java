package io.caravan.transform;

import io.caravan.command.CommandCursor;
import io.caravan.command.CommandTable;
import io.caravan.command.Edition;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.Optional;

/**
 * Names under which a listed operation travels in the replication stream of some versions, where they are not listed
 * themselves: who judges by the client's command must not lose those.
 *
 * <p>Measured on servers of every version. Where a client's own command looks the same, it is taken for the listed one:
 * to apply what is not listed does less harm than to lose what is.
 */
final class StreamForms {

    private static final int OPTION = 2;

    private StreamForms() {}

    /** Whether the command is the form in which an operation of the edition's table travels. */
    static boolean standsForListed(CommandCursor command, Edition edition) {
        return switch (command.spec().name()) {
            case "HSETEX" -> lists("HINCRBYFLOAT", edition) && isIncrement(command);
            // a script that is run by its digest is loaded before, up to Redis 6.2
            case "SCRIPT" -> lists("EVALSHA", edition) && isLoad(command.arguments());
            // writes the count of what was added back into the value
            case "PFCOUNT" -> lists("PFADD", edition);
            // no operation, but a value that moves with its slot between masters of the source: its old master says DEL
            case "RESTORE-ASKING" -> true;
            default -> false;
        };
    }

    private static boolean lists(String name, Edition edition) {
        return CommandTable.standard().of(name).supportedBy(edition);
    }

    private static boolean isLoad(Arguments arguments) {
        return arguments.count() > 1 && arguments.is(1, "LOAD");
    }

    /**
     * {@code HSETEX h KEEPTTL FIELDS 1 f 1.5}: {@code HINCRBYFLOAT} in Redis 8. {@code HSETEX h PXAT t FIELDS 1 f 2}: {@code
     * HINCRBY} and {@code HINCRBYFLOAT} in Valkey 9, of a field that expires.
     */
    private static boolean isIncrement(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() <= OPTION) {
            return false;
        }
        boolean ofRedis = arguments.is(OPTION, "KEEPTTL");
        boolean ofValkey = arguments.is(OPTION, "PXAT") && mayBeValkey(command);
        int fields = OPTION + (ofRedis ? 1 : 2);
        return (ofRedis || ofValkey)
                && arguments.count() == fields + 4
                && arguments.is(fields, "FIELDS")
                && isNumber(arguments, fields + 3);
    }

    private static boolean mayBeValkey(CommandCursor command) {
        Optional<ServerVersion> version = command.origin().shard().version();
        return version.isEmpty() || version.get().valkey();
    }

    /** As servers write the outcome of an increment: without an exponent. */
    private static boolean isNumber(Arguments arguments, int i) {
        byte[] bytes = arguments.bytes();
        int end = arguments.start(i) + arguments.length(i);
        for (int at = arguments.start(i); at < end; at++) {
            if ((bytes[at] < '0' || bytes[at] > '9') && bytes[at] != '.' && bytes[at] != '-') {
                return false;
            }
        }
        return arguments.length(i) > 0;
    }
}
