package io.caravan.transform;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.command.Edition;
import io.caravan.command.KnownBy;
import io.caravan.command.Phase;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Holds a task to the operations of an edition: what becomes of commands that its table does not list is the task's
 * decision, and never a silent loss.
 *
 * <p>The edition {@code all} lists every command that is known: to Caravan's command table, or to the source (or the
 * destination, if the source does not tell). The latter are those of modules; they are counted, too, because Caravan has only
 * the server's word for where their keys are. What nobody knows is {@code unknownCommands}.
 *
 * <p>Judges commands of the stream by the names that {@link Listing} takes them for, in any case. The snapshot is not judged: it
 * consists of values, and whatever operation made them is past.
 */
@Metadata(
        label = "bean",
        description = "Holds a task to the operations of an edition",
        annotations = {"interfaceName=org.apache.camel.Processor"})
@Configurer(metadataOnly = true)
public final class SupportedCommands extends BatchProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(SupportedCommands.class);

    private static final String UNKNOWN_AND_REMEDY =
            "is known neither to Caravan nor to a server that it may ask; grant the source's user +command so that the source"
                    + " can tell where its keys are, or let it be skipped or forwarded (property 'unknownCommands')";

    /** What becomes of a command that is not listed. */
    private enum Decision {
        /** The shard stops before it. */
        REJECT,
        /** It is left out, counted and logged once. */
        SKIP,
        /** It is sent on, counted and logged once. */
        FORWARD;

        private static Decision of(String text, String subject) {
            try {
                return valueOf(text.trim().toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "'" + text + "' says not what becomes of " + subject
                                + " commands; write reject, skip or forward",
                        e);
            }
        }
    }

    @Metadata(
            description = "Table of operations: community, enhanced, or all (every command that is known)",
            defaultValue = "all",
            enums = "community,enhanced,all")
    private String edition = "all";

    @Metadata(
            description =
                    "What becomes of a command that the table does not list: reject (the shard stops before it), skip"
                            + " (left out and counted) or forward (sent on and counted)",
            defaultValue = "forward",
            enums = "reject,skip,forward")
    private String unsupported = "forward";

    @Metadata(
            description =
                    "What becomes of a command that neither Caravan nor the source (nor, if that does not tell, the"
                            + " destination) knows: reject, skip or forward, which takes its first argument for its key;"
                            + " empty: as unsupported",
            enums = "reject,skip,forward")
    private String unknownCommands = "";

    private Edition table = Edition.ALL;
    private Decision ofUnsupported = Decision.FORWARD;
    private @Nullable Decision ofUnknown;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    public String getEdition() {
        return edition;
    }

    /**
     * Table of operations: {@code community}, {@code enhanced} or {@code all}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public void setEdition(String edition) {
        this.edition = edition;
        table = Edition.of(edition);
    }

    public String getUnsupported() {
        return unsupported;
    }

    /**
     * What becomes of a command that the table does not list: {@code reject}, {@code skip} or {@code forward}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public void setUnsupported(String unsupported) {
        this.unsupported = unsupported;
        ofUnsupported = Decision.of(unsupported, "unsupported");
    }

    public String getUnknownCommands() {
        return unknownCommands;
    }

    /**
     * What becomes of a command that nobody knows: {@code reject}, {@code skip} or {@code forward}; blank: as
     * {@code unsupported}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public void setUnknownCommands(String unknownCommands) {
        this.unknownCommands = unknownCommands;
        ofUnknown = unknownCommands.isBlank() ? null : Decision.of(unknownCommands, "unknown");
    }

    /** How many commands came that the edition or Caravan's command table does not list, by name. Any thread. */
    public Map<String, Long> counts() {
        Map<String, Long> numbers = new TreeMap<>();
        counts.forEach((name, count) -> numbers.put(name, count.sum()));
        return numbers;
    }

    @Override
    protected void process(CommandBatch batch) throws UnsupportedCommandException {
        if (batch.origin().phase() == Phase.SNAPSHOT) {
            return;
        }
        if (table == Edition.ALL && isAllOfTheTable(batch)) {
            return;
        }
        var rejected = new Rejected();
        batch.edit(command -> judge(command, rejected));
        if (rejected.message != null) {
            throw new UnsupportedCommandException(rejected.message);
        }
    }

    private static boolean isAllOfTheTable(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (batch.spec(row).knownBy() != KnownBy.TABLE) {
                return false;
            }
        }
        return true;
    }

    private static final class Rejected {
        private @Nullable String message;
    }

    private void judge(CommandCursor command, Rejected rejected) {
        CommandSpec spec = command.spec();
        if (isNoOperation(spec)) {
            return;
        }
        Listing listing = Listing.of(command, table);
        if (listing == Listing.LISTED) {
            return;
        }
        Decision decision = listing == Listing.IN_DOUBT ? Decision.FORWARD : decide(spec);
        count(command);
        switch (decision) {
            case REJECT -> {
                if (rejected.message == null) {
                    rejected.message = "%s at offset %d of source %s %s"
                            .formatted(
                                    spec.name(),
                                    command.endOffset(),
                                    command.origin().shard().name(),
                                    spec.known() ? unsupportedAndRemedy(command) : UNKNOWN_AND_REMEDY);
                }
            }
            case SKIP -> command.drop();
            case FORWARD -> {
                // counted, that is all
            }
        }
    }

    /**
     * What another step has put in the place of an operation, the brackets of transactions, and what servers say to each other:
     * records of slot migrations, which are no client's and not for the destination.
     */
    private static boolean isNoOperation(CommandSpec spec) {
        return switch (spec.scope()) {
            case REFRESH, REFUSE, TRANSACTION, CONNECTION -> true;
            case KEYS, MASTERS, ANY -> false;
        };
    }

    /** The edition {@code all} takes a server's word; the others are the seed's tables and nothing else. */
    private boolean isListedByServer(CommandSpec spec) {
        return table == Edition.ALL && spec.knownBy() == KnownBy.SERVER;
    }

    private Decision decide(CommandSpec spec) {
        return switch (spec.knownBy()) {
            case TABLE -> ofUnsupported;
            case SERVER -> isListedByServer(spec) ? Decision.FORWARD : ofUnsupported;
            case NOBODY -> ofUnknown == null ? ofUnsupported : ofUnknown;
        };
    }

    private String unsupportedAndRemedy(CommandCursor command) {
        return unlisted(command)
                + "; let it be skipped or forwarded (property 'unsupported'), or choose another edition";
    }

    private void count(CommandCursor command) {
        CommandSpec spec = command.spec();
        LongAdder count = counts.get(spec.name());
        if (count == null) {
            count = counts.computeIfAbsent(spec.name(), name -> new LongAdder());
            LOG.atLevel(isListedByServer(spec) ? Level.INFO : Level.WARN)
                    .log(
                            "{} (source {}, offset {}) {}",
                            spec.name(),
                            command.origin().shard().name(),
                            command.endOffset(),
                            remark(command));
        }
        count.increment();
    }

    private String remark(CommandCursor command) {
        CommandSpec spec = command.spec();
        Decision decision = decide(spec);
        String follows = switch (decision) {
            case REJECT -> "rejected";
            case SKIP -> "left out";
            case FORWARD -> "sent on";
        };
        if (isListedByServer(spec)) {
            return "is a command that only the server describes; it and all later ones are " + follows;
        }
        if (decision != Decision.FORWARD
                && Listing.isOfAnotherVersion(command, table)
                && spec.name().equals("UNLINK")) {
            return unlisted(command) + "; it and all later ones are " + follows
                    + " if they name several keys, but sent on if they name one, since that may be a key that has expired;"
                    + " choose edition=all to delete what clients unlink";
        }
        return (spec.known() ? unlisted(command) : "is known to nobody") + "; it and all later ones are " + follows;
    }

    private String unlisted(CommandCursor command) {
        if (Listing.isOfAnotherVersion(command, table)) {
            return "is in the table of the " + table + " edition for sources of Redis 4.0 only, and this is "
                    + command.origin().shard().version().orElseThrow();
        }
        return "is not in the table of the " + table + " edition";
    }
}
