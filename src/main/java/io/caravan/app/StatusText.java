package io.caravan.app;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.camel.util.json.JsonObject;

/** A task, as the management API shows it, in words. */
final class StatusText {

    private static final int BAR = 30;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private StatusText() {}

    /** For a terminal: what it is and does, and what is wrong, in a few lines. */
    static List<String> block(JsonObject task) {
        List<String> lines = new ArrayList<>();
        lines.add("%s  %s since %s   (%s)"
                .formatted(text(task, "name"), text(task, "state"), time(task, "since"), text(task, "id")));
        lines.add("  " + side(task, "source") + " -> " + side(task, "destination"));
        String replicas = replicas(task);
        if (!replicas.isEmpty()) {
            lines.add("  read from " + replicas);
        }
        if (task.get("percent") instanceof Number percent) {
            lines.add("  " + bar(percent.doubleValue()) + remaining(task));
        }
        lines.add("  " + figures(task));
        String stale = stale(task);
        if (!stale.isEmpty()) {
            lines.add("  " + stale);
        }
        if (!text(task, "problem").isEmpty()) {
            lines.add("  problem: " + text(task, "problem"));
            lines.add("  remedy:  " + text(task, "remedy"));
        }
        return lines;
    }

    /** For a pipe: everything in one line. */
    static String line(JsonObject task) {
        return text(task, "id") + " " + text(task, "name") + ": " + text(task, "state")
                + (task.get("percent") instanceof Number percent ? ", %s %%".formatted(percent) : "")
                + ", " + figures(task)
                + (stale(task).isEmpty() ? "" : ", " + stale(task))
                + (text(task, "problem").isEmpty()
                        ? ""
                        : "; problem: " + text(task, "problem") + "; remedy: " + text(task, "remedy"));
    }

    /** How much a task may ask of both sides. */
    static String limits(JsonObject limits) {
        long bytes = number(limits, "sourceBytesPerSecond").longValue();
        return "from the source " + (bytes == 0 ? "no limit" : bytes(bytes) + "/s")
                + ", of snapshots " + limit(limits, "snapshotKeysPerSecond", "keys/s")
                + ", to the destination " + limit(limits, "commandsPerSecond", "commands/s");
    }

    private static String limit(JsonObject limits, String name, String unit) {
        long limit = number(limits, name).longValue();
        return limit == 0 ? "no limit" : "%,d %s".formatted(limit, unit);
    }

    private static String figures(JsonObject task) {
        JsonObject lag = object(task, "lag");
        JsonObject rates = object(task, "rates");
        return "lag %s, %.1f s%s, %,d commands/s, %s/s, %,d keys/s, spooled %s"
                .formatted(
                        lag.get("bytes") instanceof Number missing ? bytes(missing.longValue()) : "unknown",
                        number(lag, "seconds").doubleValue(),
                        lag.get("heartbeatSeconds") instanceof Number took
                                ? ", heartbeat %.1f s".formatted(took.doubleValue())
                                : "",
                        number(rates, "commands").longValue(),
                        bytes(number(rates, "bytes").longValue()),
                        number(rates, "keys").longValue(),
                        bytes(number(task, "spooledBytes").longValue()));
    }

    /** Of what the lag does not tell; empty if there is nothing. */
    private static String stale(JsonObject task) {
        long slots = number(task, "staleSlots").longValue();
        return slots == 0 ? "" : "keys of %,d slots are being put right at the destination".formatted(slots);
    }

    private static String bar(double percent) {
        int done = (int) (percent / 100 * BAR);
        return "[" + "#".repeat(done) + "-".repeat(BAR - done) + "] %.1f %%".formatted(percent);
    }

    private static String remaining(JsonObject task) {
        String end = text(task, "estimatedEnd");
        if (end.isEmpty()) {
            return "";
        }
        long seconds =
                Math.max(0, Duration.between(Instant.now(), Instant.parse(end)).toSeconds());
        return seconds < 120 ? ", about %d s more".formatted(seconds) : ", about %d min more".formatted(seconds / 60);
    }

    /** {@code 10.0.0.2:7000 (replica of 10.0.0.1:7000)}, for each shard that is linked to a replica. */
    private static String replicas(JsonObject task) {
        return task.get("shards") instanceof Collection<?> shards
                ? shards.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .filter(shard -> !text(shard, "node").equals(text(shard, "master")))
                        .map(shard -> text(shard, "node") + " (replica of " + text(shard, "master") + ")")
                        .collect(Collectors.joining(", "))
                : "";
    }

    private static String side(JsonObject task, String name) {
        JsonObject side = object(task, name);
        return (text(side, "nodes") + " " + text(side, "kind") + " " + text(side, "version")).trim();
    }

    private static String time(JsonObject task, String name) {
        return TIME.format(Instant.parse(text(task, name)));
    }

    /** {@code 12.3 MB}. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        double value = bytes;
        String unit = "";
        for (String next : List.of("kB", "MB", "GB", "TB")) {
            if (value < 1000) {
                break;
            }
            value /= 1000;
            unit = next;
        }
        return "%.1f %s".formatted(value, unit);
    }

    private static String text(JsonObject json, String name) {
        return json.get(name) instanceof String text ? text : "";
    }

    private static Number number(JsonObject json, String name) {
        return json.get(name) instanceof Number number ? number : BigDecimal.ZERO;
    }

    private static JsonObject object(JsonObject json, String name) {
        return json.get(name) instanceof JsonObject object ? object : new JsonObject();
    }
}
