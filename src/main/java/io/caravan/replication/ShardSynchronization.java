package io.caravan.replication;

import io.caravan.resp.MalformedRespException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a shard's thread does: has a link made, reads snapshot and stream, and sends batches, for as long as the session lasts; route
 * steps up to the sink run on it too.
 *
 * <p>A failure that may pass is tried again for ever, with growing pauses; one that may not ends the thread in state
 * {@link ShardState#FAILED}.
 */
final class ShardSynchronization implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ShardSynchronization.class);

    /** For so long a source that sends a snapshot is kept waiting. */
    private static final Duration PATIENCE_OF_SOURCE = Duration.ofSeconds(5);

    private final FullSynchronization fully;
    private final ShardDelivery delivery;
    private final ShardLink link;
    private final ShardReading reading;
    private final ShardCondition condition;
    private final Backoff backoff;

    /** Offset of a command that was no command: as long as none else comes from there, attempts become rarer. */
    private long notUnderstoodAt = ShardReading.NOWHERE;

    ShardSynchronization(
            ShardContext session,
            ShardDelivery delivery,
            ShardLink link,
            ShardReading reading,
            ShardCondition condition) {
        fully = new FullSynchronization(session, delivery, link, reading, condition);
        this.delivery = delivery;
        this.link = link;
        this.reading = reading;
        this.condition = condition;
        backoff = new Backoff(
                session.settings().firstBackoff(), session.settings().longestBackoff());
    }

    /** Keeps the shard synchronized until it is told to stop, or fails. */
    @Override
    public void run() {
        while (!condition.is(ShardState.FAILED) && !condition.isToStop()) {
            try {
                synchronize();
            } catch (IOException | RuntimeException | Error e) {
                sortOut(e); // an Error, too: nobody would be told that the thread has ended
            }
        }
        condition.ended();
    }

    private void synchronize() throws IOException {
        condition.enter(ShardState.CONNECTING);
        if (link.isToBeginAnew()) {
            reading.forget();
        }
        Optional<ReplicationPosition> from = reading.received();
        ReceiveQueue queue = reading.inbox().renew(from);
        from.ifPresent(position -> queue.applied(delivery.appliedOffset()));
        try (var opened = link.into(queue)) {
            if (condition.isToStop()) {
                throw new ShardStoppedException();
            }
            if (from.isEmpty()) {
                awaitPassage();
                condition.enter(ShardState.WAITING_FOR_SNAPSHOT);
            }
            Optional<ReplicationPosition> behind = from.map(position -> queue.received());
            PsyncReply reply = opened.open(behind);
            reading.inbox().linked();
            if (reply instanceof PsyncReply.FullResynchronization granted) {
                hold(behind);
                fully.run(queue, opened, granted);
            } else if (behind.isPresent()) {
                LOG.info(
                        "source {}: partial resynchronization, streaming from offset {}",
                        link.node().address(),
                        behind.get().offset());
            }
            if (reading.inbox().isSpooling()) {
                opened.keep();
            }
            readStream(queue);
        } finally {
            link.none();
        }
    }

    /** Holds a snapshot that was granted where the stream was wanted until the other shards are so far, or, if that takes long, asks again then. */
    private void hold(Optional<ReplicationPosition> wanted) throws IOException {
        if (wanted.isPresent() && !delivery.awaitPassage(PATIENCE_OF_SOURCE)) {
            link.historyIsOver();
            throw SourceException.retry(
                    "the source cannot continue at offset " + wanted.get().offset()
                            + ", so a snapshot has to follow, behind what the other shards have to apply first");
        }
    }

    private void awaitPassage() throws ShardStoppedException {
        if (delivery.isPassageDue()) {
            condition.waits(
                    "its snapshot waits until the other shards have applied what their masters had written when the task was"
                            + " started, since slots may have moved between them; see how those do");
            delivery.awaitPassage();
            condition.waits("");
        } else {
            delivery.awaitPassage();
        }
    }

    private void readStream(ReceiveQueue queue) throws IOException {
        condition.stream();
        StreamReader reader = reading.stream()
                .orElseThrow(() -> SourceException.retry(
                        "source " + link.master().address() + " continued a stream that was not asked for"));
        if (reader.received().offset() != notUnderstoodAt) {
            backoff.reset();
        }
        reader.run(queue);
    }

    /** The one place that says what follows a failure of this shard. */
    private void sortOut(Throwable failure) {
        if (condition.isToStop()) {
            return;
        }
        Throwable undelivered = delivery.window().failure().orElse(null);
        if (undelivered != null) {
            fail(
                    "stopped at offset " + delivery.appliedOffset() + ", which is applied: " + undelivered.getMessage(),
                    failure);
        } else if (failure instanceof SourceException source && source.remedy() == SourceException.Remedy.STOP) {
            fail(String.valueOf(failure.getMessage()), failure);
        } else if (failure instanceof MalformedRespException malformed) {
            notUnderstoodAt =
                    reading.received().map(ReplicationPosition::offset).orElse(ShardReading.NOWHERE);
            retry(malformed);
        } else if (failure instanceof IOException broken) {
            retry(broken);
        } else {
            fail("unexpected " + failure, failure);
        }
    }

    private void fail(String message, Throwable cause) {
        condition.failed(message);
        LOG.error("source {}: {}", link.master().address(), message, cause);
    }

    private void retry(Exception cause) {
        reading.inbox().release();
        link.awaitRetry(cause, backoff.next());
    }
}
