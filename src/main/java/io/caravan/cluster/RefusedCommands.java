package io.caravan.cluster;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.Scope;
import io.caravan.resp.MalformedRespException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the destination refused, by command and error, and puts it into words; the first of each kind is logged, and
 * of values that the destination cannot represent each one, up to a number.
 *
 * <p>The destination's event loop counts, any thread reads.
 */
final class RefusedCommands {

    private static final Logger LOG = LoggerFactory.getLogger(RefusedCommands.class);
    private static final int MOST_KINDS = 1000;

    /** Whoever wants to copy them by other means has to know their keys. */
    private static final int MOST_NAMED = 1000;

    private static final String UNREPRESENTABLE = "UNREPRESENTABLE";
    private static final int REFUSED_NAME = 1;
    private static final int REASON = 2;

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Runnable onNewKind;

    /** @param onNewKind run when a command is refused for a reason it was not refused for before */
    RefusedCommands(Runnable onNewKind) {
        this.onNewKind = onNewKind;
    }

    /** Counts a refused unit and says what happened. */
    CommandRefusedException refused(String where, CommandBatch batch, int row, ErrorReply error) {
        String command = batch.spec(row).name();
        String advice = error.advice().isEmpty() ? "" : "; " + error.advice();
        String message = "%s refused %s of %s: %s%s"
                .formatted(where, command, place(batch, row), MalformedRespException.quote(error.text()), advice);
        count(command, error.code(), message);
        return new CommandRefusedException(message);
    }

    /** Counts a unit that the destination refused for the value of a key, which is therefore read again. */
    void different(String where, CommandBatch batch, int row, ErrorReply error) {
        String command = batch.spec(row).name();
        String message = "%s refused %s of %s: %s; the source has run it, so its keys differ and are read again there"
                .formatted(where, command, place(batch, row), MalformedRespException.quote(error.text()));
        count(command, error.code(), message);
    }

    /** Counts a unit that cannot be sent at all and says why. */
    CommandRefusedException impossible(String code, CommandBatch batch, int row, String reason) {
        String command = batch.spec(row).name();
        String message = "%s of %s cannot be applied: %s".formatted(command, place(batch, row), reason);
        count(command, code, message);
        return new CommandRefusedException(message);
    }

    /** Counts a command that the destination cannot be given in any form, {@code CARAVAN.REFUSE}, and says which and why. */
    CommandRefusedException unrepresentable(CommandBatch batch, int row) {
        List<byte[]> arguments = batch.command(row).arguments();
        var command = new String(arguments.get(REFUSED_NAME), StandardCharsets.UTF_8);
        var reason = new String(arguments.get(REASON), StandardCharsets.UTF_8);
        String message = "%s of %s cannot be applied: %s".formatted(command, place(batch, row), reason);
        LongAdder count = countOf(command + " " + UNREPRESENTABLE);
        count.increment();
        if (count.sum() < MOST_NAMED) {
            LOG.warn(message);
        } else if (count.sum() == MOST_NAMED) {
            LOG.warn("{} ({} of this kind have been named; later ones are only counted)", message, MOST_NAMED);
        }
        return new CommandRefusedException(message);
    }

    /** Takes what the destination cannot be given out of a unit, and counts it; the last reason stands for all. */
    Optional<CommandRefusedException> takeOutUnrepresentable(CommandBatch batch, int row, int end) {
        Optional<CommandRefusedException> last = Optional.empty();
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command) && batch.spec(command).scope() == Scope.REFUSE) {
                last = Optional.of(unrepresentable(batch, command));
                batch.drop(command);
            }
        }
        return last;
    }

    /** How many were refused, by {@code <command> <error code>}. */
    Map<String, Long> counts() {
        Map<String, Long> numbers = new TreeMap<>();
        counts.forEach((kind, count) -> numbers.put(kind, count.sum()));
        return numbers;
    }

    private void count(String command, String code, String message) {
        LongAdder count = countOf(command + " " + code);
        if (count.sum() == 0) {
            LOG.warn("{} (the first of its kind; later ones are only counted)", message);
        }
        count.increment();
    }

    private LongAdder countOf(String kind) {
        LongAdder known = counts.get(kind);
        if (known != null) {
            return known;
        }
        LongAdder count =
                counts.computeIfAbsent(counts.size() < MOST_KINDS ? kind : "other other", k -> new LongAdder());
        onNewKind.run();
        return count;
    }

    private static String place(CommandBatch batch, int row) {
        BatchOrigin origin = batch.origin();
        return "key '%s' (source %s, offset %d, database %d)"
                .formatted(
                        MalformedRespException.quote(batch.key(row)),
                        origin.shard().name(),
                        batch.endOffset(row),
                        batch.database(row));
    }
}
