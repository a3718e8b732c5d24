package io.caravan.checkpoint;

import io.caravan.command.ReservedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Checkpoints in the destination itself: a hash for each task, {@code caravan:checkpoint:{<task>}}, with a field for each
 * shard. One hash and not a key per shard, so that the shards of an earlier topology are found by one command.
 */
public final class RedisCheckpointStore implements CheckpointStore {

    /** Runs a command at the destination and gives its reply. */
    @FunctionalInterface
    public interface Commands {
        CompletionStage<Object> call(List<byte[]> arguments);
    }

    private final Commands commands;
    private final long timeoutMillis;

    /** @param timeoutMillis how long {@link #load} waits for an answer */
    public RedisCheckpointStore(Commands commands, long timeoutMillis) {
        this.commands = commands;
        this.timeoutMillis = timeoutMillis;
    }

    /** The key that holds the checkpoints of a task. */
    public static String key(String task) {
        return ReservedKeys.PREFIX + "checkpoint:{" + task + "}";
    }

    @Override
    public List<Checkpoint> load(String task) throws IOException {
        Object reply = await(commands.call(arguments("HGETALL", key(task))));
        List<Checkpoint> checkpoints = new ArrayList<>();
        if (reply instanceof List<?> fields) {
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                checkpoints.add(decode(task, text(fields.get(i)), text(fields.get(i + 1))));
            }
        }
        return checkpoints;
    }

    @Override
    public CompletionStage<Void> save(Checkpoint checkpoint) {
        return commands.call(arguments("HSET", key(checkpoint.task()), checkpoint.shard(), checkpoint.encode()))
                .thenAccept(reply -> {});
    }

    @Override
    public CompletionStage<Void> remove(String task, String shard) {
        return commands.call(arguments("HDEL", key(task), shard)).thenAccept(reply -> {});
    }

    private static Checkpoint decode(String task, String shard, String line) throws IOException {
        try {
            return Checkpoint.decode(task, shard, line);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "destination key " + key(task) + ": " + e.getMessage()
                            + "; delete the key to begin with a snapshot",
                    e);
        }
    }

    private Object await(CompletionStage<Object> reply) throws IOException {
        try {
            return reply.toCompletableFuture().get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the destination does not give its checkpoints: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("the destination did not give its checkpoints within " + timeoutMillis + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading the checkpoints", e);
        }
    }

    private static List<byte[]> arguments(String... arguments) {
        return Arrays.stream(arguments)
                .map(argument -> argument.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }

    @Override
    public String toString() {
        return "the destination";
    }
}
