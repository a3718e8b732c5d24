package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.ReservedKeys;
import io.caravan.command.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes Caravan's own keys out of what a source sends, which has some if it was a destination: they are not copied, and those of the
 * destination are not touched. Used by the shards' threads, each on its own batch.
 */
final class OwnKeys {

    private OwnKeys() {}

    /** Takes them out, in place. Nearly always there are none. */
    static void leaveOut(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (batch.namesReserved(row) && !batch.dropped(row)) {
                batch.edit(OwnKeys::leaveOut);
                return;
            }
        }
    }

    private static void leaveOut(CommandCursor command) {
        if (!command.namesReserved() || command.keys().isEmpty()) {
            return;
        }
        List<byte[]> others = new ArrayList<>(command.keys().orElseThrow());
        others.removeIf(key -> ReservedKeys.contain(key, 0, key.length));
        if (others.isEmpty()) {
            command.drop();
        } else if (command.spec().name().equals("DEL") || command.spec().name().equals("UNLINK")) {
            others.add(0, command.arguments().copy(0));
            command.replace(others.toArray(new byte[0][]));
        } else if (command.spec().write() || command.spec().scope() == Scope.REFRESH) {
            command.refresh(others);
        }
    }
}
