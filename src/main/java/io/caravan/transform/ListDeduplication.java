package io.caravan.transform;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.Phase;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;

/**
 * Whatever was on the destination before, however often a snapshot is repeated or a link restarts, a list on the
 * destination equals the list on the source.
 *
 * <p>A list that a snapshot brings as commands is preceded by the removal of the old value, once, however many commands
 * and batches its elements span: the removal stands before the command that begins the value. A list that is brought by
 * {@code RESTORE} replaces the old value anyway. Without this step, elements are appended to what the destination holds.
 */
@Metadata(
        label = "bean",
        description = "Makes lists on the destination equal to those of the source whatever was there before",
        annotations = {"interfaceName=org.apache.camel.Processor"})
@Configurer(metadataOnly = true)
public final class ListDeduplication extends BatchProcessor {

    private static final CommandSpec RPUSH = CommandTable.standard().of("RPUSH");
    private static final byte[] UNLINK = "UNLINK".getBytes(StandardCharsets.US_ASCII);

    private final LongAdder removals = new LongAdder();

    /** How many lists were preceded by the removal of an old value. Any thread. */
    public long removals() {
        return removals.sum();
    }

    @Override
    protected void process(CommandBatch batch) {
        if (batch.origin().phase() == Phase.SNAPSHOT && hasList(batch)) {
            batch.edit(command -> {
                if (command.spec() == RPUSH && command.startsValue()) {
                    removeOldValue(command);
                }
            });
        }
    }

    private static boolean hasList(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (batch.spec(row) == RPUSH) {
                return true;
            }
        }
        return false;
    }

    private void removeOldValue(CommandCursor command) {
        byte[] key = command.key();
        if (key != null) {
            command.insertBefore(UNLINK, key);
            removals.increment();
        }
    }
}
