package io.caravan.checkpoint;

import io.caravan.command.ReservedKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A mark in the destination: the key {@code caravan:cutover:{<task>}}, a moment as ISO 8601 has it, which does not expire. */
public final class RedisCutoverMark implements CutoverMark {

    private final RedisCheckpointStore.Commands commands;
    private final String key;

    public RedisCutoverMark(RedisCheckpointStore.Commands commands, String task) {
        this.commands = commands;
        key = ReservedKeys.PREFIX + "cutover:{" + task + "}";
    }

    @Override
    public CompletionStage<Optional<Instant>> read() {
        return call("GET", key)
                .thenApply(value -> value instanceof byte[] bytes
                        ? Optional.of(moment(new String(bytes, StandardCharsets.UTF_8)))
                        : Optional.empty());
    }

    @Override
    public CompletionStage<Void> set(Instant moment) {
        return call("SET", key, moment.toString()).thenAccept(reply -> {});
    }

    @Override
    public CompletionStage<Void> remove() {
        return call("DEL", key).thenAccept(reply -> {});
    }

    /** That there is a mark is what counts: one that cannot be read is one of long ago. */
    static Instant moment(String text) {
        try {
            return Instant.parse(text.trim());
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
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
