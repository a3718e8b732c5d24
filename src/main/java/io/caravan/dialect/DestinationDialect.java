package io.caravan.dialect;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import java.util.Map;

/**
 * Puts commands of the source into forms that one destination takes. What it takes as it is passes untouched.
 *
 * <p>Used by the threads of all shards at once; changes nothing but the batches and the count of what is left out.
 */
public final class DestinationDialect {

    private final RewriteTable rewrites;
    private final LeftOut leftOut;

    /**
     * The dialect of a destination of that product and version.
     *
     * @param hasModules whether it has modules, or may have; without any it takes no value of one
     */
    public DestinationDialect(ServerVersion version, boolean hasModules) {
        rewrites = new RewriteTable(version);
        leftOut = new LeftOut(version);
        ReplicaForms.addTo(rewrites, hasModules);
        OlderForms.addTo(rewrites, leftOut); // behind the others: what is lacking altogether needs no other form
    }

    /**
     * Rewrites the batch in place. A value or command that the destination has no form for becomes {@code CARAVAN.REFUSE}:
     * whoever sends the batch counts it and says what follows.
     */
    public void adapt(CommandBatch batch) {
        if (concerns(batch)) {
            batch.edit(this::rewrite);
        }
    }

    /** How many commands were left out because the destination can do without them, by name. */
    public Map<String, Long> leftOut() {
        return leftOut.counts();
    }

    private boolean concerns(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            Rewrite rewrite = rewrites.of(batch.spec(row));
            if (rewrite != null && !batch.dropped(row) && rewrite.mayConcern(batch, row)) {
                return true;
            }
        }
        return false;
    }

    private void rewrite(CommandCursor command) {
        Rewrite rewrite = rewrites.of(command.spec());
        if (rewrite == null) {
            return;
        }
        try {
            byte[] key = command.key();
            if (!command.isLarge()) {
                rewrite.apply(command);
            } else if (key != null) {
                rewrite.applyToLarge(command, key);
            }
        } catch (UnrepresentableException e) {
            command.refuse(String.valueOf(e.getMessage()));
        }
    }
}
