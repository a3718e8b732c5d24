package io.caravan.cluster;

import io.caravan.command.CommandSpec;
import io.caravan.command.Edition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A line of the table in {@code docs/operations.md}: what the command table and the code say of an operation. */
final class OperationRow {

    /** As {@code transform/Listing} has it. */
    private static final Set<String> ONLY_OF_REDIS_4_0 = Set.of("SWAPDB", "UNLINK");

    /** What would be too long for a line. */
    private static final String RESTORED =
            "with `REPLACE`; as other commands if the destination is too old for its value";

    private final CommandSpec spec;
    private final OperationSamples samples;

    OperationRow(CommandSpec spec, OperationSamples samples) {
        this.spec = spec;
        this.samples = samples;
    }

    static List<String> head() {
        return List.of(
                "| operation | group | community | enhanced | in the stream | to a standard destination | to a cluster | since |",
                "|---|---|---|---|---|---|---|---|");
    }

    @Override
    public String toString() {
        return "| "
                + String.join(
                        " | ",
                        "`" + spec.name() + "`",
                        spec.group().label(),
                        listed(Edition.COMMUNITY),
                        listed(Edition.ENHANCED),
                        samples.arrival(spec.name()),
                        standard(),
                        cluster(),
                        since())
                + " |";
    }

    private String listed(Edition edition) {
        if (!spec.supportedBy(edition)) {
            return "";
        }
        return edition == Edition.COMMUNITY && ONLY_OF_REDIS_4_0.contains(spec.name()) ? "4.0" : "yes";
    }

    private String since() {
        return spec.since().startsWith("valkey-")
                ? "Valkey " + spec.since().substring("valkey-".length())
                : spec.since();
    }

    private String standard() {
        if (!samples.comesAsItself(spec.name())) {
            return "as it comes";
        }
        if (spec.name().startsWith("RESTORE")) {
            return RESTORED;
        }
        String newest = String.join(", ", samples.toStandard(spec.name(), OperationSamples.NEWEST));
        String oldest = String.join(", ", samples.toStandard(spec.name(), OperationSamples.OLDEST));
        return newest.equals(oldest) ? newest : newest + "; Redis 4.0: " + oldest;
    }

    private String cluster() {
        if (!samples.comesAsItself(spec.name())) {
            return "as it comes";
        }
        return withoutKeys().orElseGet(() -> {
            List<String> newest = samples.toStandard(spec.name(), OperationSamples.NEWEST);
            if (spec.keys().single()) {
                return String.join(", ", newest);
            }
            List<String> otherwise = new ArrayList<>(samples.toCluster(spec.name()));
            otherwise.removeAll(newest);
            if (otherwise.isEmpty()) {
                return String.join(", ", newest);
            }
            return "in one slot " + String.join(", ", newest) + ", else " + String.join(", ", otherwise);
        });
    }

    /** What the keys do not decide. */
    private Optional<String> withoutKeys() {
        return Optional.ofNullable(
                switch (spec.name()) {
                    case "SFLUSH" -> "all slots of its shard: those; some of them: refused";
                    case "FLUSHALL", "FLUSHDB" -> "every master; from a shard of a cluster: its slots";
                    case "MOVE" -> "with `databases=0` keys read again, else refused";
                    case "SWAPDB" -> "refused: a cluster has one database";
                    case "SELECT" -> "says which database; others than 0 are refused";
                    case "PUBLISH" -> "one master";
                    case "RESTORE", "RESTORE-ASKING" -> RESTORED;
                    default ->
                        switch (spec.scope()) {
                            case TRANSACTION -> "in one slot as is, else one for each slot";
                            case MASTERS -> "every master";
                            case ANY -> "one master";
                            case KEYS, CONNECTION, REFRESH, REFUSE -> null;
                        };
                });
    }
}
