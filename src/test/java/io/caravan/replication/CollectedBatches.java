package io.caravan.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import io.caravan.command.LargeCommand;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A sink for tests that applies every batch at once and keeps what was in it. */
final class CollectedBatches {

    /**
     * A batch as it came.
     *
     * @param commands each command as one would type it, with {@code [n]} before it if it is of database n
     * @param ends the offset after each
     * @param resume where the stream may be continued; empty inside a snapshot
     */
    record Collected(
            Phase phase,
            long start,
            long end,
            List<String> commands,
            List<Long> ends,
            Optional<ReplicationPosition> resume) {}

    final List<Collected> batches = new ArrayList<>();
    final List<CommandBatch> kept = new ArrayList<>();

    /** The bytes of commands that were too large for memory. */
    final List<byte[]> large = new ArrayList<>();

    /** The bytes of every command that was not dropped. */
    final List<byte[]> encoded = new ArrayList<>();

    final ShardCounters counters = new ShardCounters();
    final DeliveryWindow window = new DeliveryWindow(1000, Long.MAX_VALUE, () -> {});
    final SourceClock clock = new SourceClock();
    final BatchOutlet outlet;

    CollectedBatches() {
        this(new FakeShard());
    }

    CollectedBatches(SourceShard shard) {
        outlet = new BatchOutlet(shard, window, this::accept, counters, clock, new Ceiling(null));
    }

    /** All commands in order. */
    List<String> commands() {
        return batches.stream().flatMap(batch -> batch.commands().stream()).toList();
    }

    /** The offset after each command. */
    List<Long> ends() {
        return batches.stream().flatMap(batch -> batch.ends().stream()).toList();
    }

    private void accept(CommandBatch batch, Delivery delivery) {
        var commands = new ArrayList<String>();
        var ends = new ArrayList<Long>();
        for (int row = 0; row < batch.size(); row++) {
            if (!batch.dropped(row)) {
                commands.add(typed(batch, row));
                ends.add(batch.endOffset(row));
            }
        }
        batches.add(new Collected(
                batch.origin().phase(),
                batch.origin().startOffset(),
                batch.origin().endOffset(),
                commands,
                ends,
                Optional.ofNullable(delivery.resume)));
        kept.add(batch);
        delivery.applied();
    }

    private String typed(CommandBatch batch, int row) {
        String database = batch.database(row) == 0 ? "" : "[" + batch.database(row) + "] ";
        if (batch.isLarge(row)) {
            byte[] all = bytesOf(batch.large().orElseThrow());
            large.add(all);
            encoded.add(all);
            return database + "large " + batch.spec(row).name() + " " + new String(batch.key(row), UTF_8);
        }
        encoded.add(batch.command(row).toByteArray());
        return database + batch.command(row);
    }

    private static byte[] bytesOf(LargeCommand command) {
        var all = ByteBuffer.allocate((int) command.length());
        try {
            command.read(all, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.array();
    }
}
