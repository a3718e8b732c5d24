package io.caravan.control;

import java.util.Optional;
import org.apache.camel.util.json.DeserializationException;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;

/**
 * Which task it is.
 *
 * @param id unique, given when the task was first seen
 * @param name the task option, which others may have as well
 * @param route the id of its route, unique in the application
 */
record TaskIdentity(String id, String name, String route) {

    JsonObject json() {
        var json = new JsonObject();
        json.put("id", id);
        json.put("name", name);
        json.put("route", route);
        return json;
    }

    /** What {@link #json} wrote; empty if it is anything else. */
    static Optional<TaskIdentity> parse(String line) {
        try {
            return Jsoner.deserialize(line) instanceof JsonObject json
                            && json.get("id") instanceof String id
                            && json.get("name") instanceof String name
                            && json.get("route") instanceof String route
                    ? Optional.of(new TaskIdentity(id, name, route))
                    : Optional.empty();
        } catch (DeserializationException e) {
            return Optional.empty();
        }
    }
}
