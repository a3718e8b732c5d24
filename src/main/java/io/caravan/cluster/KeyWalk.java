package io.caravan.cluster;

import io.caravan.command.HashSlot;
import io.caravan.command.ReservedKeys;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.async.RedisKeyAsyncCommands;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Looks through the keys of one database of one server, some hundreds at a time. A key that is there all the time is seen at
 * least once, Caravan's own are not.
 *
 * <p>Asynchronous; any thread.
 */
final class KeyWalk {

    private static final int KEYS_AT_ONCE = 500;

    /** What is done with keys; the next ones come when the stage has ended. */
    @FunctionalInterface
    interface Visitor {
        CompletionStage<Void> visit(List<byte[]> keys);
    }

    private final RedisKeyAsyncCommands<byte[], byte[]> server;
    private final BitSet slots;
    private final Visitor visitor;

    /** @param slots keys of others are passed over */
    KeyWalk(RedisKeyAsyncCommands<byte[], byte[]> server, BitSet slots, Visitor visitor) {
        this.server = server;
        this.slots = slots;
        this.visitor = visitor;
    }

    /** Walks to the end, or until a visit fails. */
    CompletionStage<Void> run() {
        return from(ScanCursor.INITIAL);
    }

    private CompletionStage<Void> from(ScanCursor cursor) {
        return server.scan(cursor, ScanArgs.Builder.limit(KEYS_AT_ONCE))
                .thenCompose(page -> visit(page)
                        .thenCompose(done -> page.isFinished() ? CompletableFuture.completedStage(null) : from(page)));
    }

    private CompletionStage<Void> visit(KeyScanCursor<byte[]> page) {
        List<byte[]> keys = page.getKeys().stream()
                .filter(key -> slots.get(HashSlot.of(key)) && !ReservedKeys.contain(key, 0, key.length))
                .toList();
        return keys.isEmpty() ? CompletableFuture.completedStage(null) : visitor.visit(keys);
    }
}
