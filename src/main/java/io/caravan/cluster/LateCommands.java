package io.caravan.cluster;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.Phase;
import io.caravan.command.Scope;
import io.caravan.command.Split;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Commands that come so late that a key may have expired at the destination before them, which was alive when the source ran
 * them: because a snapshot was still on its way, or the destination was not to be reached.
 *
 * <p>A key dies at the destination at the moment that the source has said. If the source then gives it a longer life, and that
 * comes late, the key is gone, or has been begun anew by a command that came between. So what prolongs a life, and what
 * derives a value from another key, is not applied late: the keys that it writes are read again at the source. What
 * overwrites a key needs no such care; and where the source lets the key die after all, it says so.
 */
final class LateCommands {

    /** A delay of less than that is that of every command: reading keys again would be the greater harm. */
    static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final List<String> RENEWALS = List.of(
            "EXPIRE",
            "EXPIREAT",
            "GETEX",
            "HEXPIRE",
            "HEXPIREAT",
            "HGETEX",
            "HPERSIST",
            "HPEXPIRE",
            "HPEXPIREAT",
            "PERSIST",
            "PEXPIRE",
            "PEXPIREAT");

    private static final CommandSpec MOVE = CommandTable.standard().of("MOVE");
    private static final CommandSpec COPY = CommandTable.standard().of("COPY");
    private static final int COPY_WITHOUT_OPTIONS = 3;
    private static final Set<CommandSpec> CONCERNED = concerned();

    private LateCommands() {}

    /** Whether the source ran the commands of a batch so long ago that keys may have expired meanwhile. */
    static boolean isLate(BatchOrigin origin) {
        return origin.phase() == Phase.STREAM
                && (origin.late() || System.nanoTime() - origin.ranAtNanos() > LATE_NANOS);
    }

    /** Has the keys of such commands read again, in place. */
    static void refresh(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (isConcerned(batch, row)) {
                boolean scripts = runsScriptInTransaction(batch);
                batch.edit(command -> {
                    if (!scripts || !command.inTransaction()) {
                        refresh(command);
                    }
                });
                return;
            }
        }
    }

    /**
     * What names another database than its own is applied all the same: both keys are read again when it is answered. So is a
     * script, which may write keys that it does not name: they are right only if it is run, and so is the transaction that it is in.
     */
    private static void refresh(CommandCursor command) {
        CommandSpec spec = command.spec();
        boolean namesDatabase = spec == MOVE || spec == COPY && command.argumentCount() > COPY_WITHOUT_OPTIONS;
        boolean runs = namesDatabase || ScriptRules.isScript(spec);
        if (CONCERNED.contains(spec)
                && !runs
                && command.key() != null
                && command.keys().isPresent()) {
            CrossSlots.refreshWritten(command);
        }
    }

    private static boolean runsScriptInTransaction(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (batch.inTransaction(row) && ScriptRules.isScript(batch.spec(row)) && !batch.dropped(row)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a unit that has been applied was so late by then that its keys are to be read again. */
    static boolean hasCome(BatchTicket ticket, int row) {
        if (ticket.isValue()) {
            return false;
        }
        CommandBatch batch = ticket.batch;
        int end = batch.isPlain(row) ? row + 1 : ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (isConcerned(batch, command)) {
                return isLate(batch.origin());
            }
        }
        return false;
    }

    private static boolean isConcerned(CommandBatch batch, int row) {
        return CONCERNED.contains(batch.spec(row))
                && !batch.dropped(row)
                && batch.knowsAllKeys(row)
                && batch.slot(row) != CommandBatch.NO_SLOT;
    }

    private static Set<CommandSpec> concerned() {
        Set<CommandSpec> specs = Collections.newSetFromMap(new IdentityHashMap<>());
        for (CommandSpec spec : CommandTable.standard().all()) {
            boolean derives = spec.write()
                    && spec.scope() == Scope.KEYS
                    && !spec.keys().single()
                    && spec.split() != Split.EACH_KEY
                    && spec.split() != Split.PAIRS;
            if (derives || spec == MOVE || RENEWALS.contains(spec.name())) {
                specs.add(spec);
            }
        }
        return specs;
    }
}
