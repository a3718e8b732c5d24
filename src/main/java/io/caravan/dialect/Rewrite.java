package io.caravan.dialect;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import java.util.List;

/** Puts one command into a form that the destination takes. */
@FunctionalInterface
interface Rewrite {

    void apply(CommandCursor command) throws UnrepresentableException;

    /**
     * As {@link #apply}, for a command that is too large for memory: only its first and last arguments can be seen. Where
     * nothing else is known to be right its key is read again at the source.
     */
    default void applyToLarge(CommandCursor command, byte[] key) throws UnrepresentableException {
        command.refresh(List.of(key));
    }

    /** Whether the command in {@code row} may need it; who can tell at a glance spares the others a closer look. */
    default boolean mayConcern(CommandBatch batch, int row) {
        return true;
    }
}
