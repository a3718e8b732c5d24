package io.caravan.replication;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a shard reads out of its inbox, first a snapshot and then a stream, and how much of it the source has still to send.
 *
 * <p>The shard's thread begins to read; the rest is for any thread.
 */
final class ShardReading {

    static final long NOWHERE = -1;

    private final ShardInbox inbox;
    private final Limits limits;
    private final BatchOutlet outlet;
    private final StreamReader.StreamEvents events;
    private volatile @Nullable SnapshotReader snapshot;
    private volatile @Nullable StreamReader stream;
    private volatile long sourceOffset = NOWHERE;

    /** Where the history begins that the last snapshot belongs to. */
    private volatile long snapshotOffset = NOWHERE;

    /** @param outlet takes what is read as batches */
    ShardReading(ShardInbox inbox, Limits limits, BatchOutlet outlet, StreamReader.StreamEvents events) {
        this.inbox = inbox;
        this.limits = limits;
        this.outlet = outlet;
        this.events = events;
    }

    ShardInbox inbox() {
        return inbox;
    }

    /** What has been read cannot be continued. */
    void forget() {
        stream = null;
    }

    /** A snapshot follows that was taken at {@code offset}; what the source has said of its stream before may be of another history. */
    void awaitSnapshot(long offset) {
        sourceOffset = NOWHERE;
        snapshotOffset = offset;
        stream = null;
    }

    void begin(SnapshotReader reader) {
        snapshot = reader;
    }

    /**
     * A stream follows.
     *
     * @param from where it begins
     * @param first bytes of it that have been received already
     */
    void beginStream(ReplicationPosition from, byte[] first) {
        stream = new StreamReader(limits, outlet, events, from, first);
    }

    /** The stream, if there is one that can be continued. */
    Optional<StreamReader> stream() {
        return Optional.ofNullable(stream);
    }

    /** The position behind the last byte of the stream that was read; empty if there is none that can be continued. The shard's thread. */
    Optional<ReplicationPosition> received() {
        return stream().map(StreamReader::received);
    }

    /** The position behind the last batch of the stream; empty before there is one. */
    Optional<ReplicationPosition> flushed() {
        return stream().map(StreamReader::flushed);
    }

    /** The history goes by another id from the next byte on. */
    void renamed(String replicationId) {
        stream().ifPresent(reader -> reader.renamed(replicationId));
    }

    /** How far the snapshot has come. */
    SnapshotProgress progress() {
        SnapshotReader reading = snapshot;
        return reading == null ? SnapshotProgress.NONE : reading.progress();
    }

    /** The source says that its stream has come to {@code offset}. */
    void sourceReached(long offset) {
        sourceOffset = offset;
    }

    /**
     * Bytes of the stream that the source has, and the destination has not acknowledged. Empty before there is a history, and as long as
     * the source has not told how far it has come since it has sent a snapshot.
     *
     * @param applied up to where it has
     * @param streaming whether the stream is being read
     */
    OptionalLong lagBytes(Optional<ReplicationPosition> applied, boolean streaming) {
        long told = sourceOffset;
        long known = Math.max(told, flushed().map(ReplicationPosition::offset).orElse(NOWHERE));
        long behind = applied.map(ReplicationPosition::offset).orElse(snapshotOffset);
        boolean unlinked = told == NOWHERE && !streaming;
        return unlinked || known == NOWHERE || behind == NOWHERE
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, known - behind));
    }
}
