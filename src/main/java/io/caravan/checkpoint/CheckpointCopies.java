package io.caravan.checkpoint;

import io.caravan.checkpoint.RedisCheckpointStore.Commands;
import io.caravan.command.ReservedKeys;
import io.caravan.command.SlotTags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The copies of a task's checkpoints, each a hash {@code caravan:checkpoint:{<tag of a slot>}:<task>} with a field for each shard. Of a
 * field one line is on its way at a time, and the latest of those that come meanwhile follows: a master that does not answer is not
 * sent more and more.
 *
 * <p>Thread-safe.
 */
final class CheckpointCopies {

    private record Field(String key, String shard) {}

    /** See {@link CopiedCheckpointStore.Masters#write}. */
    @FunctionalInterface
    interface Writing {
        CompletionStage<Void> write(int slot, List<byte[]> arguments, long losses);
    }

    private final Commands commands;
    private final Writing writing;
    private final long timeoutMillis;

    /** What is on its way, with the line that is to follow. */
    private final Map<Field, Following> onTheirWay = new HashMap<>();

    private static final class Following {
        private @Nullable String line;
        private long losses;
        private final CompletableFuture<Void> saved = new CompletableFuture<>();
    }

    CheckpointCopies(Commands commands, Writing writing, long timeoutMillis) {
        this.commands = commands;
        this.writing = writing;
        this.timeoutMillis = timeoutMillis;
    }

    /** The lines of a copy, by shard; does not wait. */
    CompletionStage<Map<String, String>> lines(String task, int slot) {
        return commands.call(RedisCheckpointStore.arguments("HGETALL", key(task, slot)))
                .thenApply(RedisCheckpointStore::fields);
    }

    /** The copies that were given; waits for all. A copy that its master did not give is left out. */
    Map<Integer, Map<String, String>> await(Map<Integer, CompletionStage<Map<String, String>>> asked)
            throws IOException {
        Map<Integer, Map<String, String>> found = new TreeMap<>();
        CompletableFuture<?>[] stages = asked.entrySet().stream()
                .map(copy -> copy.getValue()
                        .thenAccept(lines -> {
                            synchronized (found) {
                                found.put(copy.getKey(), lines);
                            }
                        })
                        .exceptionally(failure -> null)
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(stages)
                    .completeOnTimeout(null, timeoutMillis, TimeUnit.MILLISECONDS)
                    .get(timeoutMillis * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the destination does not give the copies of its checkpoints: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading the checkpoints", e);
        }
        synchronized (found) {
            return Map.copyOf(found);
        }
    }

    /** Replaces the line of a shard; the stage ends when it, or a later one, is stored. Does not wait. */
    synchronized CompletableFuture<Void> save(String task, int slot, String shard, String line, long losses) {
        var field = new Field(key(task, slot), shard);
        Following following = onTheirWay.get(field);
        if (following != null) {
            following.line = line;
            following.losses = losses;
            return following.saved;
        }
        var mine = new CompletableFuture<Void>();
        onTheirWay.put(field, new Following());
        writing.write(slot, RedisCheckpointStore.arguments("HSET", field.key(), shard, line), losses)
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        mine.complete(null);
                    } else {
                        mine.completeExceptionally(failure);
                    }
                    next(task, slot, field);
                });
        return mine;
    }

    private synchronized void next(String task, int slot, Field field) {
        Following following = onTheirWay.remove(field);
        if (following != null && following.line != null) {
            save(task, slot, field.shard(), following.line, following.losses).whenComplete((done, failure) -> {
                if (failure == null) {
                    following.saved.complete(null);
                } else {
                    following.saved.completeExceptionally(failure);
                }
            });
        }
    }

    /** Removes the line of a shard. Does not wait. */
    void remove(String task, int slot, String shard) {
        commands.call(RedisCheckpointStore.arguments("HDEL", key(task, slot), shard));
    }

    private static String key(String task, int slot) {
        return ReservedKeys.PREFIX + "checkpoint:{" + new String(SlotTags.of(slot), StandardCharsets.US_ASCII) + "}:"
                + task;
    }
}
