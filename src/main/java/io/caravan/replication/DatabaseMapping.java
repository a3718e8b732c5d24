package io.caravan.replication;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.DatabaseRules;
import io.caravan.command.Databases;
import io.caravan.resp.MalformedRespException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the databases that are not synchronized out of a shard's batches, and puts the others where they are from there on. A
 * batch in which nothing is to be done is looked through, and no more.
 *
 * <p>The shard's thread owns it.
 */
final class DatabaseMapping {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseMapping.class);

    private final Databases databases;
    private final DatabaseRules rules;
    private final String shard;
    private final ShardCounters counters;

    /** Whether keys of database 0 meet those of others there. */
    private final boolean mayCollide;

    DatabaseMapping(Databases databases, String shard, ShardCounters counters) {
        this.databases = databases;
        this.shard = shard;
        this.counters = counters;
        rules = new DatabaseRules(databases);
        mayCollide = databases.keeps(0) && databases.hasPrefixes();
    }

    /** Changes the batch in place. */
    void apply(CommandBatch batch) {
        if (databases.isAll()) {
            return;
        }
        boolean concerned = false;
        for (int row = 0; row < batch.size(); row++) {
            concerned |= rules.concern(batch, row);
            if (mayCollide && collides(batch, row)) {
                collision(batch, row);
            }
        }
        if (concerned) {
            batch.edit(this::apply);
            batch.compact(); // commands with a prefix stand behind those without, and the batch waits to be applied
        }
    }

    private void apply(CommandCursor command) {
        if (rules.leaveOut(command) && !command.isReserved()) {
            counters.ofOtherDatabase();
        }
    }

    private boolean collides(CommandBatch batch, int row) {
        return batch.database(row) == 0
                && batch.keyLength(row) > 0
                && !batch.dropped(row)
                && batch.spec(row).concernsDatabase()
                && databases.beginsWithPrefix(batch.bytes(), batch.keyStart(row), batch.keyLength(row));
    }

    private void collision(CommandBatch batch, int row) {
        if (counters.prefixCollisions() == 0) {
            byte[] bytes = batch.bytes();
            int start = batch.keyStart(row);
            LOG.warn(
                    "source {}, offset {}: key '{}' of database 0 begins with the prefix of another database, whose keys it may"
                            + " overwrite; choose a prefix that no key has (databases). This one and later ones are counted",
                    shard,
                    batch.endOffset(row),
                    MalformedRespException.quote(Arrays.copyOfRange(bytes, start, start + batch.keyLength(row))));
        }
        counters.prefixCollision();
    }
}
