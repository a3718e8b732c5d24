package io.caravan.checkpoint;

import io.caravan.command.ReservedKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A lease in the destination: the key {@code caravan:lease:{<task>}}, which expires unless it is renewed. */
public final class RedisLease implements Lease {

    private static final int ATTEMPTS = 3;

    private final RedisCheckpointStore.Commands commands;
    private final String key;

    public RedisLease(RedisCheckpointStore.Commands commands, String task) {
        this.commands = commands;
        key = key(task);
    }

    /** The key that holds the lease of a task. */
    public static String key(String task) {
        return ReservedKeys.PREFIX + "lease:{" + task + "}";
    }

    @Override
    public CompletionStage<Optional<LeaseHolder>> hold(LeaseHolder me, Duration time) {
        return hold(me, Long.toString(time.toMillis()), ATTEMPTS);
    }

    /** Asks first: a node that is out of memory lets a lease be prolonged, but none be taken. */
    private CompletionStage<Optional<LeaseHolder>> hold(LeaseHolder me, String millis, int attempts) {
        return call("GET", key).thenCompose(value -> {
            if (!(value instanceof byte[] bytes)) {
                return take(me, millis, attempts);
            }
            LeaseHolder holder = LeaseHolder.decode(new String(bytes, StandardCharsets.UTF_8));
            if (holder.id().equals(me.id())) {
                return call("PEXPIRE", key, millis)
                        .thenCompose(kept -> kept instanceof Long count && count == 1
                                ? CompletableFuture.completedFuture(Optional.empty())
                                : again(me, millis, attempts, Optional.empty()));
            }
            return holder.hasEnded()
                    ? call("DEL", key).thenCompose(removed -> again(me, millis, attempts, Optional.of(holder)))
                    : CompletableFuture.completedFuture(Optional.of(holder));
        });
    }

    private CompletionStage<Optional<LeaseHolder>> take(LeaseHolder me, String millis, int attempts) {
        return call("SET", key, me.encode(), "NX", "PX", millis)
                .thenCompose(taken -> taken == null
                        ? again(me, millis, attempts, Optional.empty())
                        : CompletableFuture.completedFuture(Optional.empty()));
    }

    /** It has expired between two questions, or is free now. */
    private CompletionStage<Optional<LeaseHolder>> again(
            LeaseHolder me, String millis, int attempts, Optional<LeaseHolder> last) {
        return attempts > 1
                ? hold(me, millis, attempts - 1)
                : CompletableFuture.completedFuture(Optional.of(last.orElse(LeaseHolder.decode("unknown"))));
    }

    @Override
    public CompletionStage<Void> release(LeaseHolder me) {
        return call("GET", key)
                .thenCompose(value -> value instanceof byte[] bytes
                                && LeaseHolder.decode(new String(bytes, StandardCharsets.UTF_8))
                                        .id()
                                        .equals(me.id())
                        ? call("DEL", key)
                        : CompletableFuture.completedFuture(null))
                .thenAccept(reply -> {});
    }

    private CompletionStage<Object> call(String... arguments) {
        return commands.call(Arrays.stream(arguments)
                .map(argument -> argument.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    @Override
    public String toString() {
        return "the destination's key " + key;
    }
}
