package io.caravan.dialect;

import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.node.ServerVersion;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which commands are to be put into another form for one destination, and how. Filled once, then only read. */
final class RewriteTable {

    private final ServerVersion destination;
    private final Map<CommandSpec, Rewrite> rewrites = new IdentityHashMap<>();

    RewriteTable(ServerVersion destination) {
        this.destination = destination;
    }

    ServerVersion destination() {
        return destination;
    }

    /** For whatever destination. */
    RewriteTable always(Rewrite rewrite, String... names) {
        for (String name : names) {
            rewrites.put(CommandTable.standard().of(name), rewrite);
        }
        return this;
    }

    /** If the destination does not take {@code form}. What it lacks later in the table overrides what it lacks earlier. */
    RewriteTable lacking(Form form, Rewrite rewrite, String... names) {
        return form.isKnownTo(destination) ? this : always(rewrite, names);
    }

    /** What is to be done with a command; {@code null} for most. */
    @Nullable
    Rewrite of(CommandSpec spec) {
        return rewrites.get(spec);
    }
}
