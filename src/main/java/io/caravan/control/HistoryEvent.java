package io.caravan.control;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.util.json.DeserializationException;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;

/**
 * Something that has happened to a task.
 *
 * @param time when
 * @param kind what sort of thing
 * @param text in words; no secrets
 */
record HistoryEvent(Instant time, Kind kind, String text) {

    enum Kind {
        /** The process has started. */
        STARTED,
        /** The task is in another state. */
        STATE,
        /** Something is wrong, or is no longer. */
        PROBLEM,
        /** Somebody has asked for something. */
        ACTION,
        /** A verification has begun or ended. */
        VERIFICATION,
        /** A precheck has ended. */
        PRECHECK;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As the API and the file write it. */
    JsonObject json() {
        var json = new JsonObject();
        json.put("time", Times.text(time));
        json.put("kind", kind.toString());
        json.put("text", text);
        return json;
    }

    /** What {@link #json} wrote; empty if it is anything else, the half of a line that was being written say. */
    static Optional<HistoryEvent> parse(String line) {
        try {
            if (!(Jsoner.deserialize(line) instanceof JsonObject json)) {
                return Optional.empty();
            }
            String name = json.getString("kind");
            Instant time = Instant.parse(String.valueOf(json.getString("time")));
            return Stream.of(Kind.values())
                    .filter(kind -> kind.toString().equals(name))
                    .findFirst()
                    .map(kind -> new HistoryEvent(time, kind, String.valueOf(json.getString("text"))));
        } catch (DeserializationException | DateTimeParseException | ClassCastException e) {
            return Optional.empty();
        }
    }
}
