package io.caravan.app;

import io.caravan.camel.RouteVerification;
import io.caravan.verify.Verification;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import io.caravan.verify.VerifySettings.Mode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.main.Main;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares source and destination of every task, while they are written to; starts none. */
@Command(
        name = "verify",
        description = {
            "Compares source and destination of every task that routes/ declares, key by key, while both are written to.",
            "The tasks may run in another process, and should: a key that differs is read again until the destination has"
                    + " applied what the source has said of it."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:equal",
            "1:a side cannot be read, or the settings cannot be used",
            "2:an argument makes no sense",
            "4:keys differ",
            "5:none differs, but some could not be judged",
            "6:with --repair: no process answers",
            "7:with --repair: the process refuses"
        })
final class VerifyCommand extends AtRestCommand {

    private static final long PROGRESS_SECONDS = 5;

    @Option(
            names = "--mode",
            defaultValue = "FULL",
            description = "FULL: every key; SAMPLE: about --sample of them; COUNT: only how many there are."
                    + " Default: ${DEFAULT-VALUE}.")
    private Mode mode = Mode.FULL;

    @Option(names = "--sample", defaultValue = "10000", description = "How many keys. Default: ${DEFAULT-VALUE}.")
    private long sample;

    @Option(names = "--key", description = "Only this key of database 0; may be given several times.")
    private List<String> keys = new ArrayList<>();

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "Most keys a second that are read from each side; 0: as many as they give. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long rate;

    @Option(
            names = "--repair",
            description =
                    "Has keys that differ read again at the source and written, each in its place in the stream: by the"
                            + " process that runs the tasks, which then compares as well.")
    private boolean repair;

    @Override
    int look(Main main, PrintStream out) throws Exception {
        if (repair) {
            return repair(out);
        }
        Caravan.build(main);
        List<RouteVerification> tasks = RouteVerification.ofAll(main.getCamelContext());
        if (tasks.isEmpty()) {
            return nothingDeclared();
        }
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            Map<String, VerifyReport> reports = new TreeMap<>();
            for (RouteVerification task : tasks) {
                reports.put(task.task(), verify(task, clock));
            }
            return tell(reports, out);
        } finally {
            clock.shutdownNow();
        }
    }

    /** Only the process that runs a task can put a key into its place in the stream. */
    private int repair(PrintStream out) throws Exception {
        try {
            var process = new RunningVerification(ManagementPort.configured(""));
            return tell(process.repair(settings(), VerifyCommand::tellProgress), out);
        } catch (CommandFailure e) {
            System.err.println(e.getMessage());
            return e.exitCode();
        }
    }

    private int tell(Map<String, VerifyReport> reports, PrintStream out) {
        out.println(json() ? json(reports) : text(reports));
        return exitCode(reports);
    }

    private VerifySettings settings() {
        return new VerifySettings(
                keys.isEmpty() ? mode : Mode.KEYS,
                sample,
                keys.stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toList(),
                rate,
                VerifySettings.FULL.expiryTolerance(),
                VerifySettings.FULL.patience());
    }

    private VerifyReport verify(RouteVerification task, ScheduledExecutorService clock) throws IOException {
        var begun = new AtomicReference<@Nullable Verification>();
        ScheduledFuture<?> telling = clock.scheduleAtFixedRate(
                () -> tellProgress(task.task(), begun.get()), PROGRESS_SECONDS, PROGRESS_SECONDS, TimeUnit.SECONDS);
        try {
            return task.run(settings(), false, begun::set);
        } finally {
            telling.cancel(false);
        }
    }

    private static void tellProgress(String task, @Nullable Verification verification) {
        if (verification != null) {
            tellProgress(task, verification.progress());
        }
    }

    private static void tellProgress(String task, Verification.Progress progress) {
        System.err.printf("task %s: %,d of about %,d keys compared%n", task, progress.compared(), progress.expected());
    }

    private static int exitCode(Map<String, VerifyReport> reports) {
        if (reports.values().stream().anyMatch(report -> !report.isEqual())) {
            return ExitCode.DIFFERENT;
        }
        return reports.values().stream().anyMatch(report -> report.undecided() > 0) ? ExitCode.UNDECIDED : ExitCode.OK;
    }

    private static String text(Map<String, VerifyReport> reports) {
        List<String> parts = new ArrayList<>();
        reports.forEach((task, report) -> parts.add("task " + task + ": " + report.text()));
        return String.join(System.lineSeparator(), parts);
    }

    private static String json(Map<String, VerifyReport> reports) {
        var json = new JsonObject();
        json.put("equal", reports.values().stream().allMatch(VerifyReport::isEqual));
        List<Map<String, Object>> tasks = new ArrayList<>();
        reports.forEach((task, report) -> {
            Map<String, Object> fields = new TreeMap<>(report.fields());
            fields.put("task", task);
            tasks.add(fields);
        });
        json.put("tasks", tasks);
        return Jsoner.prettyPrint(json.toJson());
    }
}
