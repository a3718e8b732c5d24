package io.caravan.replication;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a shard does when its source has granted no more than a full resynchronization: writes down that it begins anew, reads the
 * snapshot, and goes over to the stream behind it. The shard's thread.
 */
final class FullSynchronization {

    private static final Logger LOG = LoggerFactory.getLogger(FullSynchronization.class);

    private final ShardContext session;
    private final ShardDelivery delivery;
    private final ShardLink link;
    private final ShardReading reading;
    private final ShardCondition condition;

    FullSynchronization(
            ShardContext session,
            ShardDelivery delivery,
            ShardLink link,
            ShardReading reading,
            ShardCondition condition) {
        this.session = session;
        this.delivery = delivery;
        this.link = link;
        this.reading = reading;
        this.condition = condition;
    }

    /** Reads the snapshot to its end; the stream is ready to be read then. */
    void run(ReceiveQueue queue, LinkKeeper opened, PsyncReply.FullResynchronization granted) throws IOException {
        LOG.info(
                "source {}: full resynchronization, snapshot at offset {} of history {}",
                link.node().address(),
                granted.offset(),
                granted.replicationId());
        delivery.counters().fullyResynchronized();
        reading.awaitSnapshot(granted.offset());
        delivery.clock().linked();
        delivery.beginHistory();
        var position = new ReplicationPosition(granted.replicationId(), granted.offset(), 0);
        queue.beginSnapshot(
                granted.replicationId()); // what comes while the destination stands still may overflow already
        delivery.record().awaitSnapshotWritten(position, delivery.outlet().lineage());
        emptyDestination(position);
        delivery.sweep().beginsWithStaleKeys();
        SnapshotReader reader = open(queue, position);
        byte[] rest = reader.run();
        LOG.info(
                "source {}: snapshot of {} keys received, streaming from offset {}",
                link.node().address(),
                reader.progress().keys(),
                granted.offset());
        var from = new ReplicationPosition(granted.replicationId(), granted.offset(), reader.streamDatabase());
        queue.endSnapshot(granted.offset() + rest.length);
        delivery.window().passed(from);
        opened.acknowledge();
        reading.beginStream(from, rest);
    }

    private SnapshotReader open(ReceiveQueue queue, ReplicationPosition position) throws IOException {
        condition.enter(ShardState.WAITING_FOR_SNAPSHOT);
        var source = SnapshotSource.open(queue);
        condition.enter(ShardState.SNAPSHOT);
        SourceSettings settings = session.settings();
        Limits limits = session.limits();
        var batches = new SnapshotBatches(limits, delivery.outlet(), position, settings.temporaryFiles());
        var reader = new SnapshotReader(
                source, batches, delivery.counters(), limits.largeBytes(), settings.largeValuesFor());
        reading.begin(reader);
        return reader;
    }

    /** Where nobody may sweep what the source has lost, it must not be there when the snapshot comes. */
    private void emptyDestination(ReplicationPosition position) throws IOException {
        if (!session.empties() || !delivery.record().isSweepDue()) {
            return;
        }
        if (!session.slotsKnown()) {
            throw SourceException.stop("source " + link.master().address()
                    + ": the snapshot has to be repeated, and what the destination has of this master cannot be removed before,"
                    + " since the account may not ask which slots it serves. Grant the user +info +cluster|nodes, or empty the"
                    + " destination and start without the checkpoint");
        }
        LOG.warn(
                "source {}: removing what the destination has of it, before the snapshot is repeated",
                link.master().address());
        delivery.outlet().empty(position.replicationId(), position.offset());
        delivery.record().emptied();
    }
}
