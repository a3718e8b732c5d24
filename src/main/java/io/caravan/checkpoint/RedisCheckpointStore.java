package io.caravan.checkpoint;

import io.caravan.command.ReservedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (Map.Entry<String, String> line : lines(task).entrySet()) {
            checkpoints.add(decode(task, line.getKey(), line.getValue()));
        }
        return checkpoints;
    }

    /** What is stored, by shard, as {@link Checkpoint#encode} has it. Waits. */
    Map<String, String> lines(String task) throws IOException {
        return fields(await(commands.call(arguments("HGETALL", key(task)))));
    }

    @Override
    public CompletionStage<Void> save(Checkpoint checkpoint, long losses) {
        return save(checkpoint.task(), checkpoint.shard(), checkpoint.encode());
    }

    /** Replaces the line of a shard. Does not wait. */
    CompletionStage<Void> save(String task, String shard, String line) {
        return commands.call(saving(task, shard, line)).thenAccept(reply -> {});
    }

    /** What replaces the line of a shard. */
    static List<byte[]> saving(String task, String shard, String line) {
        return arguments("HSET", key(task), shard, line);
    }

    @Override
    public CompletionStage<Void> remove(String task, String shard) {
        return commands.call(arguments("HDEL", key(task), shard)).thenAccept(reply -> {});
    }

    /** Reads a line. */
    Checkpoint decode(String task, String shard, String line) throws IOException {
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

    static List<byte[]> arguments(String... arguments) {
        return Arrays.stream(arguments)
                .map(argument -> argument.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** The reply to {@code HGETALL}. */
    static Map<String, String> fields(Object reply) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (reply instanceof List<?> values) {
            for (int i = 0; i + 1 < values.size(); i += 2) {
                fields.put(text(values.get(i)), text(values.get(i + 1)));
            }
        }
        return fields;
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }

    @Override
    public String toString() {
        return "the destination";
    }
}
