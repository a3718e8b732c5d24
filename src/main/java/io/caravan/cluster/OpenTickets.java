package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The batches of each shard that have been taken and have not ended, in that order: so it is known up to which point nothing
 * of a shard waits any more. Owned by the destination's event loop.
 */
final class OpenTickets {

    /** Told of the point up to which everything of a shard has been disposed of, whenever it has moved. */
    @FunctionalInterface
    interface Progress {
        void disposed(SourceShard shard, StreamPoint point);
    }

    private final Progress progress;
    private final Map<SourceShard, ArrayDeque<BatchTicket>> open = new WeakHashMap<>();

    OpenTickets(Progress progress) {
        this.progress = progress;
    }

    /** A batch has been taken. */
    void add(BatchTicket ticket) {
        open.computeIfAbsent(ticket.batch.origin().shard(), shard -> new ArrayDeque<>())
                .add(ticket);
    }

    /** Those that have not ended. */
    List<CommandBatch> batches() {
        return open.values().stream()
                .flatMap(ArrayDeque::stream)
                .filter(ticket -> !ticket.hasEnded())
                .map(ticket -> ticket.batch)
                .toList();
    }

    /** Ends every one that has not ended, as failed. */
    void abandon(Throwable cause) {
        List<BatchTicket> left =
                open.values().stream().flatMap(ArrayDeque::stream).toList();
        open.clear();
        left.forEach(ticket -> ticket.abandon(cause));
    }

    /**
     * Ends every one of a shard that has not ended, as failed; those with a large command end once nothing of them waits any more,
     * since a part of it may have been written, and the rest is read from a file.
     */
    void abandon(SourceShard shard, Throwable cause) {
        ArrayDeque<BatchTicket> left = open.getOrDefault(shard, new ArrayDeque<>());
        for (BatchTicket ticket : List.copyOf(left)) {
            if (ticket.batch.large().isPresent()) {
                ticket.willFail(cause);
            } else {
                left.remove(ticket);
                ticket.abandon(cause);
            }
        }
    }

    /** A batch has ended, whichever. */
    void ended(BatchTicket ticket) {
        SourceShard shard = ticket.batch.origin().shard();
        ArrayDeque<BatchTicket> ofShard = open.get(shard);
        if (ofShard == null || ofShard.peek() != ticket) {
            return; // others before it are still open
        }
        BatchTicket last = ticket;
        while (!ofShard.isEmpty() && ofShard.element().hasEnded()) {
            last = ofShard.remove();
        }
        progress.disposed(shard, last.end());
    }
}
