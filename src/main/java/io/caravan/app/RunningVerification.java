package io.caravan.app;

import io.caravan.verify.Difference;
import io.caravan.verify.Verification;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.camel.util.json.JsonObject;

/** A verification by the process that runs the tasks, since that alone can repair. Used by the thread of a command, which waits. */
final class RunningVerification {

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ManagementPort process;

    RunningVerification(ManagementPort process) {
        this.process = process;
    }

    /**
     * Compares and repairs every task of the process, one after the other.
     *
     * @param progress told now and then how far the verification of a task is
     * @throws CommandFailure if no process answers
     */
    Comparisons repair(VerifySettings settings, BiConsumer<String, Verification.Progress> progress)
            throws CommandFailure {
        var comparisons = new Comparisons();
        List<JsonObject> tasks = ManagementPort.list(process.tasks());
        List<String> names = tasks.stream().map(RunningVerification::name).toList();
        for (JsonObject task : tasks) {
            String id = String.valueOf(task.getString("id"));
            String called = Comparisons.called(name(task), String.valueOf(task.getString("route")), names);
            try {
                process.act(id, "verify?repair=true" + parameters(settings));
                comparisons.compared(called, report(id, called, progress));
            } catch (CommandFailure e) {
                comparisons.failed(called, e);
            }
        }
        return comparisons;
    }

    private static String name(JsonObject task) {
        return String.valueOf(task.getString("name"));
    }

    private static String parameters(VerifySettings settings) {
        var text = new StringBuilder("&rate=" + settings.keysPerSecond() + "&sample=" + settings.sample());
        if (settings.keys().isEmpty()) {
            text.append("&mode=").append(settings.mode());
        }
        settings.keys()
                .forEach(key -> text.append("&key=")
                        .append(URLEncoder.encode(new String(key, StandardCharsets.UTF_8), StandardCharsets.UTF_8)));
        return text.toString();
    }

    private VerifyReport report(String id, String name, BiConsumer<String, Verification.Progress> progress)
            throws CommandFailure {
        long tellAt = System.nanoTime() + PROGRESS_NANOS;
        while (true) {
            JsonObject verification = process.task(id).getMap("verification") instanceof JsonObject json ? json : null;
            if (verification == null) {
                throw new CommandFailure(ExitCode.REFUSED, "the verification is over, and no report is left");
            }
            if (!verification.getBooleanOrDefault("running", true)) {
                if (verification.get("report") instanceof JsonObject report) {
                    return parse(report);
                }
                throw new CommandFailure(ExitCode.NOT_STARTED, String.valueOf(verification.getString("problem")));
            }
            if (System.nanoTime() >= tellAt) {
                progress.accept(
                        name,
                        new Verification.Progress(verification.getLong("compared"), verification.getLong("expected")));
                tellAt += PROGRESS_NANOS;
            }
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
    }

    /** What {@link VerifyReport#fields} has written. */
    private static VerifyReport parse(JsonObject report) {
        List<Difference> differences = new ArrayList<>();
        for (Object each : list(report, "differences")) {
            JsonObject difference = (JsonObject) each;
            differences.add(new Difference(
                    difference.getString("key"),
                    difference.getInteger("database"),
                    Difference.Kind.valueOf(difference.getString("kind")),
                    difference.getString("detail")));
        }
        return new VerifyReport(
                VerifySettings.Mode.valueOf(report.getString("mode")),
                Instant.parse(report.getString("began")),
                Duration.ofMillis(report.getLong("tookMillis")),
                report.getLong("sourceKeys"),
                report.getLong("destinationKeys"),
                report.getLong("compared"),
                report.getLong("different"),
                differences,
                report.getLong("repaired"),
                report.getLong("undecided"),
                report.getLong("ofOthers"),
                list(report, "reasons").stream().map(String::valueOf).toList());
    }

    private static Collection<?> list(JsonObject report, String name) {
        return report.get(name) instanceof Collection<?> found ? found : List.of();
    }
}
