package io.caravan.checkpoint;

import io.caravan.command.Phase;
import io.caravan.node.SlotRanges;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Up to where one source shard is applied.
 *
 * <p>What always holds: (A) everything up to {@code applied} is acknowledged by the destination. (B) Nothing beyond {@code
 * ceiling} has been sent to it. (C) {@code applied} is never inside a transaction.
 *
 * @param task the task's id
 * @param shard the shard: the id of its master in the cluster, or the address of a standard server
 * @param source address of the master, for people
 * @param replicationId name of the history that the offsets count in
 * @param applied replication offset up to which everything is applied
 * @param ceiling replication offset beyond which nothing has been sent
 * @param phase whether the snapshot is still being applied; the stream cannot be continued then
 * @param database the database that is selected at {@code applied}
 * @param slots the slots that the shard served, {@code 0-5460}: keys of others may have come or gone without a word
 * @param sweep what is to become of keys of the destination that the source has not
 * @param writers the names of the connections that may have sent it, the latest first: this process's, and those before
 * @param lineage the name that the history has in the checkpoints that are kept in the destination's slots; empty if none are
 * @param timeMillis when it was written, milliseconds since 1970
 */
public record Checkpoint(
        String task,
        String shard,
        String source,
        String replicationId,
        long applied,
        long ceiling,
        Phase phase,
        int database,
        String slots,
        Sweep sweep,
        List<String> writers,
        String lineage,
        long timeMillis) {

    /** What is to become of keys of the destination that the source has not. */
    public enum Sweep {
        /** They stay: they may belong to somebody else. */
        NEVER,
        /** There are none. */
        DONE,
        /** They are to be removed: a snapshot has been repeated, and does not say what has vanished before. */
        DUE
    }

    private static final String VERSION = "1";

    public Checkpoint {
        if (applied < 0 || ceiling < applied) {
            throw new IllegalArgumentException("a checkpoint with applied " + applied + " above ceiling " + ceiling);
        }
    }

    /** The same, of a shard that serves other slots as far as it is known. */
    Checkpoint withSlots(String known) {
        return new Checkpoint(
                task,
                shard,
                source,
                replicationId,
                applied,
                ceiling,
                phase,
                database,
                known,
                sweep,
                writers,
                lineage,
                timeMillis);
    }

    /** The record as one line of {@code name=value}, which a person can read too. */
    public String encode() {
        return "version=" + VERSION + " source=" + source + " replicationId=" + replicationId + " applied=" + applied
                + " ceiling=" + ceiling + " phase=" + phase + " database=" + database + " slots=" + slots + " sweep="
                + sweep + " writers=" + String.join(",", writers) + " lineage=" + lineage + " time=" + timeMillis;
    }

    /**
     * Reads a line written by {@link #encode()}.
     *
     * @throws IllegalArgumentException if it is none, or was written by a later version
     */
    public static Checkpoint decode(String task, String shard, String line) {
        Map<String, String> field = new HashMap<>();
        Arrays.stream(line.trim().split("\\s+")).map(pair -> pair.split("=", 2)).forEach(pair -> {
            if (pair.length == 2) {
                field.put(pair[0], pair[1]);
            }
        });
        if (!VERSION.equals(field.get("version"))) {
            throw new IllegalArgumentException("no checkpoint of this version of Caravan: '" + line + "'");
        }
        try {
            return new Checkpoint(
                    task,
                    shard,
                    required(field, "source"),
                    required(field, "replicationId"),
                    Long.parseLong(required(field, "applied")),
                    Long.parseLong(required(field, "ceiling")),
                    Phase.valueOf(required(field, "phase")),
                    Integer.parseInt(required(field, "database")),
                    SlotRanges.text(SlotRanges.parse(required(field, "slots"))),
                    Sweep.valueOf(required(field, "sweep")),
                    Arrays.stream(required(field, "writers").split(","))
                            .filter(name -> !name.isEmpty())
                            .toList(),
                    field.getOrDefault("lineage", ""),
                    Long.parseLong(required(field, "time")));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a damaged checkpoint: '" + line + "'", e);
        }
    }

    private static String required(Map<String, String> field, String name) {
        String value = field.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a checkpoint without " + name);
        }
        return value;
    }
}
