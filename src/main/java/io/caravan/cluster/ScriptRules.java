package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;

/**
 * Scripts that are not to be run at the destination: what they have done at the source is read there. Used by the shards'
 * threads, each on its own batch.
 */
final class ScriptRules {

    private static final CommandSpec EVAL = CommandTable.standard().of("EVAL");
    private static final CommandSpec EVALSHA = CommandTable.standard().of("EVALSHA");

    private ScriptRules() {}

    /** Has the keys of every script read again, in place. */
    static void refresh(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (isScript(batch.spec(row)) && !batch.dropped(row)) {
                batch.edit(ScriptRules::refresh);
                return;
            }
        }
    }

    private static void refresh(CommandCursor command) {
        if (!isScript(command.spec())) {
            return;
        }
        if (command.key() == null) {
            command.refuse(
                    "the script names no keys that could be read again (scripts=REFRESH); have its author name them, or"
                            + " set scripts=VERBATIM");
        } else {
            CrossSlots.refreshWritten(command);
        }
    }

    /** Whether it runs a script that comes with it, or was loaded before. */
    static boolean isScript(CommandSpec spec) {
        return spec == EVAL || spec == EVALSHA;
    }
}
