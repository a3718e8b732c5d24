package io.caravan.control;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A cutover that was asked for, its steps so far, and what came of it. Written by its thread, read by any. */
final class TaskCutover {

    private final String id = UUID.randomUUID().toString();
    private final Instant begun = Instant.now();
    private final List<Map<String, Object>> steps = new ArrayList<>();
    private @Nullable Instant ended;
    private boolean done;
    private String result = "";

    /** What tells it from others of the same task. */
    String id() {
        return id;
    }

    /** A step, in words. */
    synchronized void step(String text) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("time", Times.text(Instant.now()));
        step.put("text", text);
        steps.add(step);
    }

    /** It is done. @param next what to do now, in words */
    synchronized void done(String next) {
        done = true;
        ended(next);
    }

    /** It is not, and the task goes on. @param why in words */
    synchronized void refused(String why) {
        ended(why);
    }

    private void ended(String text) {
        ended = Instant.now();
        result = text;
    }

    /** As the API shows it. */
    synchronized Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        fields.put("running", ended == null);
        fields.put("done", done);
        fields.put("begun", Times.text(begun));
        fields.put("ended", ended == null ? null : Times.text(ended));
        fields.put("steps", List.copyOf(steps));
        fields.put("result", result);
        return fields;
    }
}
