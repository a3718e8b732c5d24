package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.resp.RespWriter;
import java.util.HashSet;
import java.util.Set;

/**
 * The database that a connection is in, and those that it may choose. What follows a refused {@code SELECT} would go to the database before
 * it, so the first of each is sent alone; after that it goes along with what it is for.
 *
 * <p>Owned by the destination's event loop.
 */
final class ChosenDatabase {

    /** No database. */
    static final int NONE = -1;

    private final Set<Integer> permitted = new HashSet<>();
    private int current;

    /** A connection begins in database 0. */
    void begin() {
        current = 0;
        permitted.clear();
    }

    int current() {
        return current;
    }

    /** Nobody knows which it is. */
    void forget() {
        current = NONE;
    }

    /** The database can be chosen: that has succeeded. */
    void permit(int database) {
        permitted.add(database);
    }

    /** Whether nothing that is in that database would go to another. */
    boolean isSafe(int database) {
        return database == current || permitted.contains(database);
    }

    /** Goes to a database; answers whether that takes a {@code SELECT}. */
    boolean choose(int database) {
        boolean other = database != current;
        current = database;
        return other;
    }

    static byte[] select(int database) {
        return new RespWriter(32).command("SELECT", Integer.toString(database)).toByteArray();
    }

    /** Where a command of a unit goes. What is of no database goes in any: it must not choose one that the destination may not have. */
    int of(CommandBatch batch, int row, int unitEnd) {
        return of(batch, row, unitEnd, current);
    }

    private static int of(CommandBatch batch, int row, int unitEnd, int otherwise) {
        for (int command = row; command < unitEnd; command++) {
            if (!batch.dropped(command) && batch.spec(command).concernsDatabase()) {
                return batch.database(command);
            }
        }
        return otherwise;
    }

    /** The first database of a unit that has not been chosen before, or {@link #NONE}. */
    int untried(CommandBatch batch, int row, int unitEnd) {
        int at = current;
        for (int command = row; command < unitEnd; command++) {
            if (!batch.dropped(command)) {
                int wanted = of(batch, command, unitEnd, at);
                if (wanted != at && !permitted.contains(wanted)) {
                    return wanted;
                }
                at = wanted;
            }
        }
        return NONE;
    }
}
