package io.caravan.camel;

import io.caravan.checkpoint.TaskNames;
import io.caravan.cluster.Destination;
import io.caravan.command.SourceShard;
import io.caravan.replication.ReplicationSession;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes keys from the destination that the source has no more: those that vanished while nobody listened, which a repeated
 * snapshot does not tell. Each is read again at the source, so a key that is just being written is right as well.
 *
 * <p>{@link #sweepDue} is called again and again by the consumer's scheduler and does not wait.
 */
final class Sweeper {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final String task;
    private final ReplicationSession session;
    private final List<Destination> destinations;
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private boolean toldWhyNot;

    Sweeper(String task, ReplicationSession session, List<Destination> destinations) {
        this.task = task;
        this.session = session;
        this.destinations = List.copyOf(destinations);
    }

    /** Begins with a shard that needs it, unless one is being swept. */
    void sweepDue() {
        List<SourceShard> due = session.shardsToSweep();
        if (due.isEmpty() || !sweeping.compareAndSet(false, true)) {
            return;
        }
        SourceShard shard = due.get(0);
        int era = shard.era();
        var looked = new AtomicLong();
        var removed = new AtomicLong();
        CompletionStage<Void> swept = CompletableFuture.completedStage(null);
        for (Destination destination : destinations) {
            swept = swept.thenCompose(done -> sweep(shard, destination, looked, removed));
        }
        swept.whenComplete((done, failure) -> {
            if (failure == null) {
                LOG.info(
                        "task {}: of {} keys at the destination, {} were gone from source {} since the snapshot before, and are"
                                + " removed",
                        task,
                        looked,
                        removed,
                        shard.name());
                session.swept(shard, era);
            } else {
                tellWhyNot(shard, failure);
            }
            sweeping.set(false);
        });
    }

    private CompletionStage<Void> sweep(
            SourceShard shard, Destination destination, AtomicLong looked, AtomicLong removed) {
        return new TaskNames(destination::call).besides(task).thenCompose(others -> {
            requireNone(others);
            return destination.walk(
                    shard.slots(),
                    (database, keys) -> session.absent(shard, database, keys).thenCompose(absent -> {
                        looked.addAndGet(keys.size());
                        removed.addAndGet(absent.size());
                        return absent.isEmpty()
                                ? CompletableFuture.completedStage(null)
                                : destination.refresh(shard, database, absent);
                    }));
        });
    }

    private static void requireNone(Set<String> others) {
        if (!others.isEmpty()) {
            throw new IllegalStateException("the destination has keys of other tasks, too: " + others
                    + " (key caravan:tasks); remove those from it that are no more");
        }
    }

    private void tellWhyNot(SourceShard shard, Throwable failure) {
        if (!toldWhyNot) {
            toldWhyNot = true;
            LOG.warn(
                    "task {}: keys that are gone from source {} stay at the destination for the time being: {}. Tried again until"
                            + " it succeeds",
                    task,
                    shard.name(),
                    failure.getCause() == null ? failure : failure.getCause().getMessage());
        }
    }
}
