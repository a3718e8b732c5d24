package io.caravan.checkpoint;

import io.caravan.command.ReservedKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A lease in the destination: the key {@code caravan:lease:{<task>}}, which expires unless it is renewed. Beside it {@code
 * caravan:holder:{<task>}}, which does not expire, says who had it last: a process that finds its lease gone sees there whether anybody
 * else has had it meanwhile.
 *
 * <p>What always holds: (A) Nobody is told that the task is its own before the second key says so, too. (B) Of a process that has
 * ended the lease is removed by one other only: by the one that has made the key {@code caravan:ended:{<task>}:<id>}.
 */
public final class RedisLease implements Lease {

    private static final int ATTEMPTS = 3;

    private final RedisCheckpointStore.Commands commands;
    private final String key;
    private final String holderKey;
    private final String endedKey;

    /** What is to be told once the second key says who has the task; kept, should that not be answered. */
    private volatile LeaseAnswer signed = LeaseAnswer.KEPT;

    public RedisLease(RedisCheckpointStore.Commands commands, String task) {
        this.commands = commands;
        key = key(task);
        holderKey = ReservedKeys.PREFIX + "holder:{" + task + "}";
        endedKey = ReservedKeys.PREFIX + "ended:{" + task + "}:";
    }

    /** The key that holds the lease of a task. */
    public static String key(String task) {
        return ReservedKeys.PREFIX + "lease:{" + task + "}";
    }

    @Override
    public CompletionStage<LeaseAnswer> hold(LeaseHolder me, Duration time) {
        return hold(me, Long.toString(time.toMillis()), ATTEMPTS);
    }

    /** Asks first: a node that is out of memory lets a lease be prolonged, but none be taken. */
    private CompletionStage<LeaseAnswer> hold(LeaseHolder me, String millis, int attempts) {
        return call("GET", key).thenCompose(value -> {
            Optional<LeaseHolder> found = holderIn(value);
            if (found.isEmpty()) {
                return take(me, millis, attempts);
            }
            LeaseHolder holder = found.get();
            if (holder.id().equals(me.id())) {
                return prolong(me, millis, attempts);
            }
            return holder.hasEnded()
                    ? removeEnded(holder, me, millis, attempts)
                    : CompletableFuture.completedFuture(LeaseAnswer.anothers(holder));
        });
    }

    private CompletionStage<LeaseAnswer> take(LeaseHolder me, String millis, int attempts) {
        return call("SET", key, me.encode(), "NX", "PX", millis)
                .thenCompose(taken -> taken == null ? again(me, millis, attempts, Optional.empty()) : sign(me));
    }

    private CompletionStage<LeaseAnswer> prolong(LeaseHolder me, String millis, int attempts) {
        return call("PEXPIRE", key, millis)
                .thenCompose(kept -> kept instanceof Long count && count == 1
                        ? sign(me)
                        : again(me, millis, attempts, Optional.empty()));
    }

    /** Two that come after it would else remove each other's: the second has asked before the first had taken it. */
    private CompletionStage<LeaseAnswer> removeEnded(LeaseHolder ended, LeaseHolder me, String millis, int attempts) {
        return call("SET", endedKey + ended.id(), me.encode(), "NX", "PX", millis)
                .thenCompose(first -> first == null
                        ? CompletableFuture.completedFuture(LeaseAnswer.anothers(ended))
                        : call("DEL", key).thenCompose(removed -> again(me, millis, attempts, Optional.of(ended))));
    }

    /** Invariant A. */
    private CompletionStage<LeaseAnswer> sign(LeaseHolder me) {
        return call("GET", holderKey).thenCompose(value -> {
            Optional<LeaseHolder> last = holderIn(value);
            if (last.filter(holder -> holder.id().equals(me.id())).isPresent()) {
                return CompletableFuture.completedFuture(tellOnce());
            }
            signed = last.map(LeaseAnswer::takenAfter).orElse(LeaseAnswer.TAKEN);
            return call("SET", holderKey, me.encode()).thenApply(done -> tellOnce());
        });
    }

    private LeaseAnswer tellOnce() {
        LeaseAnswer answer = signed;
        signed = LeaseAnswer.KEPT;
        return answer;
    }

    /** It has expired between two questions, or is free now. */
    private CompletionStage<LeaseAnswer> again(
            LeaseHolder me, String millis, int attempts, Optional<LeaseHolder> last) {
        return attempts > 1
                ? hold(me, millis, attempts - 1)
                : CompletableFuture.completedFuture(LeaseAnswer.anothers(last.orElse(LeaseHolder.decode("unknown"))));
    }

    @Override
    public CompletionStage<Void> release(LeaseHolder me) {
        return call("GET", key)
                .thenCompose(value -> holderIn(value)
                                .filter(holder -> holder.id().equals(me.id()))
                                .isPresent()
                        ? call("DEL", key)
                        : CompletableFuture.completedFuture(null))
                .thenAccept(reply -> {});
    }

    private static Optional<LeaseHolder> holderIn(@Nullable Object value) {
        return value instanceof byte[] bytes
                ? Optional.of(LeaseHolder.decode(new String(bytes, StandardCharsets.UTF_8)))
                : Optional.empty();
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
