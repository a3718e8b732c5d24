package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.HashSlot;
import io.caravan.command.Scope;
import org.jspecify.annotations.Nullable;

/** What can be said of a unit without knowing the destination's state. */
final class Units {

    /** The place of units without a key among the slots. */
    static final int KEYLESS = HashSlot.COUNT;

    /** Instead of a database, if there are several. */
    static final int SEVERAL_DATABASES = -1;

    private Units() {}

    /** How many bytes the commands of the unit take; of one that is too large for memory its first. */
    static int bytesOf(BatchTicket ticket, int row) {
        int bytes = 0;
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            bytes += ticket.batch.length(command);
        }
        return bytes;
    }

    /** The database that every command of the unit belongs to, or {@link #SEVERAL_DATABASES}; 0 if none belongs to any. */
    static int databaseOf(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        boolean any = false;
        int database = 0;
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (batch.dropped(command) || !batch.spec(command).concernsDatabase()) {
                continue;
            }
            if (any && batch.database(command) != database) {
                return SEVERAL_DATABASES;
            }
            any = true;
            database = batch.database(command);
        }
        return database;
    }

    /** The slot that the unit belongs to, {@link #KEYLESS} if it has no key. */
    static int slotOf(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command) && batch.slot(command) != CommandBatch.NO_SLOT) {
                return batch.slot(command);
            }
        }
        return KEYLESS;
    }

    /** Whether anything is to be sent: a transaction whose commands have all been taken out is nothing. */
    static boolean hasCommand(CommandBatch batch, int row, int end) {
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command) && batch.spec(command).scope() != Scope.TRANSACTION) {
                return true;
            }
        }
        return false;
    }

    /** Whether a processor wants keys of the unit to be read again at the source: those of a transaction all together. */
    static boolean isToBeRefreshed(CommandBatch batch, int row, int end) {
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command) && batch.spec(command).scope() == Scope.REFRESH) {
                return true;
            }
        }
        return false;
    }

    /** Whether a script is run that says which keys it touches. */
    static boolean isScriptWithKeys(BatchTicket ticket, int row) {
        return runsScript(ticket, row, true);
    }

    /** Whether a script is run that does not say which keys it touches. */
    static boolean isScriptWithoutKeys(BatchTicket ticket, int row) {
        return runsScript(ticket, row, false);
    }

    private static boolean runsScript(BatchTicket ticket, int row, boolean withKeys) {
        CommandBatch batch = ticket.batch;
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command)
                    && ScriptRules.isScript(batch.spec(command))
                    && withKeys == (batch.slot(command) != CommandBatch.NO_SLOT)) {
                return true;
            }
        }
        return false;
    }

    /** The row to tell the unit by: its first command that has a key, else its first. */
    static int telling(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command) && batch.slot(command) != CommandBatch.NO_SLOT) {
                return command;
            }
        }
        return row;
    }

    /**
     * Why no server can run the unit; {@code null} if one can. A cluster never gets such a transaction: its scripts go by themselves ({@link
     * TransactionSplit}).
     */
    static @Nullable String objectionAnywhere(BatchTicket ticket, int row, int end) {
        return isToBeRefreshed(ticket.batch, row, end) && isScriptWithoutKeys(ticket, row)
                ? "its transaction runs a script that names no keys, beside a command whose keys have to be read again instead of running"
                        + " it; name the keys of the script, or have the source send what it does (lua-replicate-commands yes)"
                : null;
    }

    /** Why a cluster cannot run the unit; {@code null} if it can. */
    static @Nullable String objection(CommandBatch batch, int row, int end) {
        boolean refreshed = isToBeRefreshed(batch, row, end); // then its keys go each by itself
        int slot = CommandBatch.NO_SLOT;
        for (int command = row; command < end; command++) {
            if (batch.dropped(command) || batch.slot(command) == CommandBatch.NO_SLOT) {
                continue;
            }
            int database = batch.database(command);
            if (database != 0 && batch.spec(command).concernsDatabase()) {
                return "a cluster has database 0 only; map database %d to a key prefix (databases=0,%d=db%d:) or leave it out"
                                .formatted(database, database, database)
                        + " (databases=0)";
            }
            if (refreshed) {
                continue;
            }
            if (batch.crossesSlots(command) || slot != CommandBatch.NO_SLOT && slot != batch.slot(command)) {
                return "its keys are in different slots, and a cluster runs a command or transaction on one slot only;"
                        + " give its keys one {hash tag}";
            }
            slot = batch.slot(command);
        }
        return null;
    }
}
