package io.caravan.replication;

import io.caravan.spool.Spool;
import io.caravan.spool.SpoolFullException;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spool of a shard, the threads that write to it, and what is wrong with it. Any thread. */
final class Spooling {

    private static final Logger LOG = LoggerFactory.getLogger(Spooling.class);

    private final Spool spool;
    private final String shard;
    private final Executor threads;
    private volatile String problem = "";
    private volatile boolean announced;

    /** That it is stuck has been said, and not yet that it goes on: a full spool is freed and filled many times a second. */
    private volatile boolean told;

    Spooling(Spool spool, String shard, Executor threads) {
        this.spool = spool;
        this.shard = shard;
        this.threads = threads;
    }

    Spool spool() {
        return spool;
    }

    Executor threads() {
        return threads;
    }

    /** Why nothing can be written at the moment, empty if it can. */
    String problem() {
        return problem;
    }

    boolean isStuck() {
        return !problem.isEmpty();
    }

    /** Something was written or deleted. */
    void succeeded() {
        problem = "";
        if (told && spool.bytes() <= spool.limitBytes() / 2) {
            told = false;
            LOG.info("source {}: the spool at {} goes on", shard, spool.folder());
        }
        if (!announced && spool.segments() > 1) {
            announced = true;
            LOG.info("source {}: the destination is slower than the source; {} is used", shard, spool.folder());
        } else if (announced && spool.isEmpty()) {
            announced = false;
            LOG.info("source {}: the destination has caught up; {} is empty", shard, spool.folder());
        }
    }

    /** Nothing could be written or deleted; it is tried again. */
    void failed(Exception cause) {
        problem = cause instanceof SpoolFullException
                ? "the spool of shard " + shard
                        + " can take no more, so the source is not read further for the moment: "
                        + cause.getMessage()
                        + "; raise spoolBytes, give it a larger disk (spoolDirectory), or look why the destination is slow"
                : "the spool of shard " + shard
                        + " cannot be written, so the source is not read further for the moment: " + reason(cause)
                        + " at " + spool.folder() + "; look at the disk and at the rights of the folder";
        if (!told) {
            told = true;
            LOG.warn("source {}: {}", shard, problem);
        }
    }

    private static String reason(Exception cause) {
        return cause instanceof IOException && cause.getMessage() != null ? cause.getMessage() : cause.toString();
    }
}
