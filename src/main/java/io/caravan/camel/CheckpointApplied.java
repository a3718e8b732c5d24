package io.caravan.camel;

import io.caravan.checkpoint.Checkpoint;
import io.caravan.checkpoint.CheckpointStore;
import io.caravan.command.Phase;
import io.caravan.node.NodeAddress;
import io.caravan.verify.Applied;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** How far a task is that another process runs: what its checkpoints say. Thread-safe; waits for the store. */
final class CheckpointApplied implements Applied {

    /** Nothing is applied of a master that has just taken the place of another. */
    private static final long NOTHING = -1;

    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final CheckpointStore store;
    private final String task;
    private List<Checkpoint> known = List.of();
    private long readNanos = System.nanoTime() - FRESH_NANOS;

    CheckpointApplied(CheckpointStore store, String task) {
        this.store = store;
        this.task = task;
    }

    @Override
    public synchronized OptionalLong offsetOf(NodeAddress master) throws IOException {
        if (System.nanoTime() - readNanos >= FRESH_NANOS) {
            known = store.load(task);
            readNanos = System.nanoTime();
        }
        OptionalLong offset = known.stream()
                .filter(checkpoint -> checkpoint.source().equals(master.toString()))
                .mapToLong(checkpoint -> checkpoint.phase() == Phase.STREAM ? checkpoint.applied() : NOTHING)
                .max();
        return offset.isPresent() || known.isEmpty() ? offset : OptionalLong.of(NOTHING);
    }

    /** Records that name keys to be removed yet; that slots have moved cannot be seen in them. */
    @Override
    public synchronized long unsettled() {
        return known.stream()
                .filter(checkpoint -> checkpoint.sweep() == Checkpoint.Sweep.DUE)
                .count();
    }
}
