package io.caravan.replication;

import io.caravan.spool.SpoolDirectory;
import io.caravan.spool.SpoolPlace;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inboxes of a session's shards: each in memory or, where there is a place for that, with a spool of its own in a folder that no
 * other process may use meanwhile. The session's owner.
 */
final class ShardInboxes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ShardInboxes.class);

    private final long receiveBytes;
    private final Executor threads;
    private final @Nullable SpoolDirectory directory;

    private ShardInboxes(long receiveBytes, Executor threads, @Nullable SpoolDirectory directory) {
        this.receiveBytes = receiveBytes;
        this.threads = threads;
        this.directory = directory;
    }

    /**
     * @param place of the spools; {@code null} for none
     * @param receiveBytes of one shard, in memory
     * @param threads write the spools
     * @throws IOException if the spools cannot be used; says what to do
     */
    static ShardInboxes open(
            @Nullable SpoolPlace place, List<SourceMaster> masters, long receiveBytes, Executor threads)
            throws IOException {
        SpoolDirectory directory = place == null
                ? null
                : SpoolDirectory.open(
                        place, masters.stream().map(SourceMaster::lastingName).toList());
        return new ShardInboxes(receiveBytes, threads, directory);
    }

    /** The inbox of a master's shard; asked for once. */
    ShardInbox of(SourceMaster master) throws IOException {
        return directory == null
                ? ShardInbox.inMemory(receiveBytes)
                : ShardInbox.spooling(
                        receiveBytes,
                        directory.spoolOf(master.lastingName()),
                        master.address().toString(),
                        threads);
    }

    /** Gives the folder back; the inboxes have finished before. */
    @Override
    public void close() {
        if (directory != null) {
            try {
                directory.close();
            } catch (IOException e) {
                LOG.warn("the lock of the spool could not be given back: {}", e.toString());
            }
        }
    }
}
