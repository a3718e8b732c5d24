package io.caravan.control;

import io.caravan.camel.RedisReplicationConsumer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How much a task may ask of both sides, as the API shows it and changes it. Any thread. */
final class TaskLimits {

    private static final String SOURCE_BYTES = "sourceBytesPerSecond";
    private static final String SNAPSHOT_KEYS = "snapshotKeysPerSecond";
    private static final String COMMANDS = "commandsPerSecond";

    private TaskLimits() {}

    /** By the names of the options; 0 for no limit. */
    static Map<String, Object> fields(RedisReplicationConsumer consumer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(SOURCE_BYTES, consumer.getSourceBytesPerSecond());
        fields.put(SNAPSHOT_KEYS, consumer.getSnapshotKeysPerSecond());
        fields.put(COMMANDS, consumer.getCommandsPerSecond());
        return fields;
    }

    /**
     * Changes those that are given.
     *
     * @param given by the names of the options, {@code null} where one is not given
     * @return what was changed, in words; empty if nothing was
     * @throws IllegalArgumentException if one is no limit; none is changed then
     */
    static String change(RedisReplicationConsumer consumer, Function<String, @Nullable String> given) {
        Map<String, String> wanted = new LinkedHashMap<>();
        for (String name : fields(consumer).keySet()) {
            String value = given.apply(name);
            if (value != null) {
                wanted.put(name, value);
            }
        }
        for (String name : wanted.keySet()) {
            if (!name.equals(SOURCE_BYTES)) {
                number(name, wanted.get(name));
            }
        }
        if (wanted.containsKey(SOURCE_BYTES)) {
            consumer.limitSourceBytes(wanted.get(SOURCE_BYTES));
        }
        if (wanted.containsKey(SNAPSHOT_KEYS)) {
            consumer.setSnapshotKeysPerSecond(number(SNAPSHOT_KEYS, wanted.get(SNAPSHOT_KEYS)));
        }
        if (wanted.containsKey(COMMANDS)) {
            consumer.setCommandsPerSecond(number(COMMANDS, wanted.get(COMMANDS)));
        }
        return String.join(
                ", ", wanted.entrySet().stream().map(Map.Entry::toString).toList());
    }

    private static long number(String name, String value) {
        if (!value.matches("[0-9]{1,15}")) {
            throw new IllegalArgumentException(name + " is no number; 0 is no limit");
        }
        return Long.parseLong(value);
    }
}
