package io.caravan.checkpoint;

import io.caravan.command.ReservedKeys;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** The tasks that write to a destination, known there by the set {@code caravan:tasks}. Thread-safe. */
public final class TaskNames {

    /** The set. */
    public static final String KEY = ReservedKeys.PREFIX + "tasks";

    private final RedisCheckpointStore.Commands commands;

    public TaskNames(RedisCheckpointStore.Commands commands) {
        this.commands = commands;
    }

    /** Adds a task, and answers which others there are, or were. Does not wait. */
    public CompletionStage<Set<String>> besides(String task) {
        byte[] name = task.getBytes(StandardCharsets.UTF_8);
        return commands.call(List.of(bytes("SADD"), bytes(KEY), name)).thenCompose(added -> others(task));
    }

    /** Which tasks there are, or were, besides one. Does not wait. */
    public CompletionStage<Set<String>> others(String task) {
        return commands.call(List.of(bytes("SMEMBERS"), bytes(KEY))).thenApply(members -> others(members, task));
    }

    private static Set<String> others(Object members, String task) {
        Set<String> others = new TreeSet<>();
        if (members instanceof Collection<?> names) {
            names.forEach(name -> others.add(
                    name instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(name)));
        }
        others.remove(task);
        return others;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
