package io.caravan.dialect;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.node.ServerVersion;
import java.util.List;

/** What is sent to a destination, for tests: {@code Spoken.to("redis 6.0.5").of("GETDEL k")}. */
record Spoken(DestinationDialect dialect) {

    /** When the source ran the commands, by its clock. */
    static final long NOW = 1_700_000_000_000L;

    static Spoken to(String productAndVersion) {
        String[] words = productAndVersion.split(" ");
        return new Spoken(new DestinationDialect(ServerVersion.parse(words[0], words[1]), false));
    }

    /** The commands as one would type them. */
    List<String> of(String... commands) {
        return adapted(Batches.ran(NOW, false, commands));
    }

    /** As {@link #of}, if nobody knows when the source ran them. */
    List<String> late(String... commands) {
        return adapted(Batches.ran(NOW, true, commands));
    }

    private List<String> adapted(CommandBatch batch) {
        dialect.adapt(batch);
        return Batches.texts(batch);
    }
}
