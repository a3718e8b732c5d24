package io.caravan.camel;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Under which name the record of each shard is stored: that of its master, so it changes when a replica takes over.
 *
 * <p>Guarded by the {@link CheckpointKeeper} that has it.
 */
final class RecordNames {

    private final Map<String, String> nameOf = new HashMap<>();

    /** A record that an earlier process has stored is continued by a shard. */
    void continued(String shard, String name) {
        nameOf.put(shard, name);
    }

    /** Whether the record of that name is continued by some shard. */
    boolean isContinued(String name) {
        return nameOf.containsValue(name);
    }

    /**
     * The record of a shard has been stored under a name.
     *
     * @return the name that it had before, if that is nobody's any more: a record that nobody writes says less with every
     *     moment, and would be taken for its shard's when that master comes back
     */
    Optional<String> stored(String shard, String name) {
        String former = nameOf.put(shard, name);
        return former == null || nameOf.containsValue(former) ? Optional.empty() : Optional.of(former);
    }
}
