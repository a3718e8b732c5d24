package io.caravan.control;

import io.caravan.verify.Verification;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A comparison of both sides of a task that was asked for here, and what came of it. Written by its thread, read by any. */
final class TaskVerification {

    private final VerifySettings settings;
    private final Instant begun = Instant.now();
    private volatile @Nullable Verification comparison;
    private volatile @Nullable VerifyReport report;
    private volatile String problem = "";
    private volatile boolean running = true;

    TaskVerification(VerifySettings settings) {
        this.settings = settings;
    }

    VerifySettings settings() {
        return settings;
    }

    void begun(Verification started) {
        comparison = started;
    }

    void ended(VerifyReport found) {
        report = found;
        running = false;
    }

    void failed(String why) {
        problem = why;
        running = false;
    }

    boolean isRunning() {
        return running;
    }

    /** Ends it before its time. */
    void stop() {
        Verification started = comparison;
        if (started != null) {
            started.stop();
        }
    }

    /** As the API shows it. */
    Map<String, Object> fields() {
        Verification started = comparison;
        VerifyReport found = report;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("running", running);
        fields.put("mode", settings.mode().name());
        fields.put("begun", Times.text(begun));
        fields.put("compared", started == null ? 0 : started.progress().compared());
        fields.put("expected", started == null ? 0 : started.progress().expected());
        fields.put("report", found == null ? null : found.fields());
        fields.put("problem", problem);
        return fields;
    }
}
