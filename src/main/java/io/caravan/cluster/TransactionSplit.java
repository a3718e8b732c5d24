package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.Scope;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides transactions that a destination cannot run as one. Commands for every master divide what comes before them from what
 * comes after, since they are run by other means; keys to be read again stand behind, since they will be read as they are after
 * the transaction. In a cluster each becomes a transaction for each slot, in the order in which the slots appear; a command that
 * is alone in its slot needs none.
 */
final class TransactionSplit {

    private static final int EVERYWHERE = 0;

    private final CommandBatch batch;
    private final boolean cluster;
    private final List<Integer> order = new ArrayList<>();
    private final BitSet single = new BitSet();
    private boolean divided;

    private TransactionSplit(CommandBatch batch, boolean cluster) {
        this.batch = batch;
        this.cluster = cluster;
    }

    /** Divides, in place, what has to be in a batch for a standard server. Nearly always that is nothing. */
    static void aroundBroadcasts(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (batch.inTransaction(row)
                    && !batch.dropped(row)
                    && batch.spec(row).scope() == Scope.MASTERS) {
                divide(batch, false);
                return;
            }
        }
    }

    /** Divides, in place, what has to be in a batch for a cluster. */
    static void bySlot(CommandBatch batch) {
        divide(batch, true);
    }

    private static void divide(CommandBatch batch, boolean cluster) {
        var split = new TransactionSplit(batch, cluster);
        for (int row = 0; row < batch.size(); ) {
            int end = split.transactionEnd(row);
            if (end == row) {
                split.keep(row++);
            } else {
                split.divide(row, end);
                row = end;
            }
        }
        if (split.divided) {
            batch.rearrange(split.order.stream().mapToInt(Integer::intValue).toArray(), split.single);
        }
    }

    /** The row behind the {@code EXEC} of the transaction that begins at {@code row}; {@code row} if none does. */
    private int transactionEnd(int row) {
        if (!batch.inTransaction(row) || batch.spec(row).scope() != Scope.TRANSACTION) {
            return row;
        }
        int end = row + 1;
        while (end < batch.size() && !batch.spec(end - 1).name().equals("EXEC")) {
            end++;
        }
        return end;
    }

    private void keep(int row) {
        order.add(row);
    }

    private void divide(int multi, int end) {
        if (cluster ? isOfOneSlot(multi + 1, end - 1) : hasNoBroadcast(multi + 1, end - 1)) {
            for (int row = multi; row < end; row++) {
                keep(row);
            }
            return;
        }
        divided = true;
        Map<Integer, List<Integer>> bySlot = new LinkedHashMap<>();
        List<Integer> refreshes = new ArrayList<>();
        for (int row = multi + 1; row < end - 1; row++) {
            if (batch.dropped(row)) {
                continue;
            }
            if (batch.spec(row).scope() == Scope.REFRESH) {
                refreshes.add(row);
            } else if (goesWithOthers(row)) {
                bySlot.computeIfAbsent(cluster ? batch.slot(row) : EVERYWHERE, slot -> new ArrayList<>())
                        .add(row);
            } else {
                add(bySlot, multi, end - 1);
                alone(row);
            }
        }
        add(bySlot, multi, end - 1);
        refreshes.forEach(this::alone);
    }

    private boolean goesWithOthers(int row) {
        return cluster
                ? batch.spec(row).scope() == Scope.KEYS && batch.slot(row) != CommandBatch.NO_SLOT
                : batch.spec(row).scope() != Scope.MASTERS;
    }

    private boolean hasNoBroadcast(int from, int to) {
        for (int row = from; row < to; row++) {
            if (!batch.dropped(row) && batch.spec(row).scope() == Scope.MASTERS) {
                return false;
            }
        }
        return true;
    }

    /** Whether every command has keys, and all of them are in one slot. */
    private boolean isOfOneSlot(int from, int to) {
        int slot = CommandBatch.NO_SLOT;
        for (int row = from; row < to; row++) {
            if (batch.dropped(row)) {
                continue;
            }
            Scope scope = batch.spec(row).scope();
            boolean withKeys = scope == Scope.KEYS && batch.slot(row) != CommandBatch.NO_SLOT;
            if (!withKeys && scope != Scope.ANY
                    || slot != CommandBatch.NO_SLOT && withKeys && batch.slot(row) != slot) {
                return false;
            }
            slot = withKeys ? batch.slot(row) : slot;
        }
        return true;
    }

    private void add(Map<Integer, List<Integer>> bySlot, int multi, int exec) {
        for (List<Integer> rows : bySlot.values()) {
            if (rows.size() == 1) {
                alone(rows.get(0));
            } else {
                keep(multi);
                order.addAll(rows);
                keep(exec);
            }
        }
        bySlot.clear();
    }

    private void alone(int row) {
        single.set(order.size());
        order.add(row);
    }
}
