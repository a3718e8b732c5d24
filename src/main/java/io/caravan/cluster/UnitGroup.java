package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.Scope;
import io.caravan.command.TransactionBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Units of one slot and shard that are sent as one transaction, with the checkpoint behind them:
 *
 * <pre>
 * MULTI
 * INCR {user}visits           the units, those that are transactions without their MULTI and EXEC
 * RPUSH {user}log x
 * SET caravan:unit:{1v8}3w5e11264sgsf o4711.0
 * EXEC
 * </pre>
 *
 * <p>So all of them have been applied, or none, and the destination says which. Owned by the destination's event loop.
 */
final class UnitGroup {

    private static final byte[] SET = "SET".getBytes(StandardCharsets.US_ASCII);

    /** What {@code MULTI}, {@code SET} and {@code EXEC} take, about. */
    private static final int OWN_BYTES = 160;

    /** The slot, or {@link Units#KEYLESS}. */
    final int slot;

    /** The key of the checkpoint; not to be changed. */
    final byte[] key;

    final List<Unit> units;

    /** The mark of the last unit. */
    final UnitMark mark;

    private final BatchTicket ticket;

    /** For each unit the element of the answer behind its last one. */
    private final int[] ends;

    /** What went wrong in the transaction, by the element of its answer. */
    private final Map<Integer, String> failures = new TreeMap<>();

    /** @param units at least one; all of one shard, history and database */
    UnitGroup(int slot, byte[] key, List<Unit> units) {
        this.slot = slot;
        this.key = key;
        this.units = List.copyOf(units);
        Unit last = units.get(units.size() - 1);
        mark = UnitMark.of(last.ticket(), last.row());
        ends = new int[units.size()];
        ticket = BatchTicket.ofGroup(transaction(), this, this::ended);
    }

    /** What is to be sent. */
    Unit unit() {
        return new Unit(ticket, 0, false);
    }

    /** The error inside the answer; {@code null} if there was none in what this unit has asked for. */
    @Nullable
    String failureOf(int unit) {
        int first = unit == 0 ? 0 : ends[unit - 1];
        for (int element = first; element < ends[unit]; element++) {
            String failure = failures.get(element);
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    /** An element of the answer is an error. */
    void failed(int element, String message) {
        failures.putIfAbsent(element, message);
    }

    private CommandBatch transaction() {
        var builder = new TransactionBuilder(units.get(0).ticket().batch.origin(), OWN_BYTES + bytes());
        for (int i = 0; i < units.size(); i++) {
            BatchTicket from = units.get(i).ticket();
            int row = units.get(i).row();
            for (int command = row; command < from.unitEnd(row); command++) {
                if (!from.batch.dropped(command) && from.batch.spec(command).scope() != Scope.TRANSACTION) {
                    builder.add(from.batch, command);
                }
            }
            ends[i] = builder.size() - 1;
        }
        builder.add(0, SET, key, mark.encoded());
        return builder.build();
    }

    private int bytes() {
        return units.stream()
                .mapToInt(unit -> Units.bytesOf(unit.ticket(), unit.row()))
                .sum();
    }

    private void ended(@Nullable Throwable failure) {
        units.forEach(unit -> unit.ticket().answered(failure));
    }
}
