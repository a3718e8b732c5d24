package io.caravan.transform;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.Edition;
import io.caravan.command.SourceShard;
import java.util.List;

/** What an edition that skips what it does not list does to a command of the stream. */
public final class Judgement {

    private Judgement() {}

    /** Whether the command is left out. */
    public static boolean leavesOut(Edition edition, SourceShard source, List<byte[]> command) {
        var supported = new SupportedCommands();
        supported.setEdition(edition.toString());
        supported.setUnsupported("skip");
        CommandBatch batch = Batches.stream(source, command);
        try {
            supported.process(batch);
        } catch (UnsupportedCommandException e) {
            throw new AssertionError(e);
        }
        return batch.dropped(0);
    }
}
