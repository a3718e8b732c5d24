package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts commands that a destination has no form for and can do without; the first of each name is logged. Thread-safe. */
final class LeftOut {

    private static final Logger LOG = LoggerFactory.getLogger(LeftOut.class);

    private final ServerVersion destination;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    LeftOut(ServerVersion destination) {
        this.destination = destination;
    }

    /** Leaves a command out, saying why that does no harm to the data. */
    Rewrite because(String reason) {
        return new Rewrite() {
            @Override
            public void apply(CommandCursor command) {
                count(command, reason);
                command.drop();
            }

            @Override
            public void applyToLarge(CommandCursor command, byte[] key) {
                apply(command);
            }
        };
    }

    private void count(CommandCursor command, String reason) {
        String name = command.spec().name();
        LongAdder count = counts.get(name);
        if (count == null) {
            count = counts.computeIfAbsent(name, first -> new LongAdder());
            LOG.warn(
                    "{} (source {}, offset {}) and all later ones are left out: the destination is {}, {}",
                    name,
                    command.origin().shard().name(),
                    command.endOffset(),
                    destination,
                    reason);
        }
        count.increment();
    }

    /** How many were left out, by name. */
    Map<String, Long> counts() {
        Map<String, Long> numbers = new TreeMap<>();
        counts.forEach((name, count) -> numbers.put(name, count.sum()));
        return numbers;
    }
}
