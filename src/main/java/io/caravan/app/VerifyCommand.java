package io.caravan.app;

import io.caravan.camel.RouteVerification;
import io.caravan.camel.TaskRoute;
import io.caravan.verify.Verification;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import io.caravan.verify.VerifySettings.Mode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
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
        VerifySettings settings = settings();
        if (repair) {
            return repair(settings, out);
        }
        Caravan.build(main);
        CamelContext context = main.getCamelContext();
        List<TaskRoute> routes = TaskRoute.in(context);
        if (routes.isEmpty()) {
            return nothingDeclared();
        }
        List<String> names = routes.stream().map(route -> route.task(context)).toList();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            var comparisons = new Comparisons();
            for (TaskRoute route : routes) {
                String task =
                        Comparisons.called(route.task(context), context.resolvePropertyPlaceholders(route.id()), names);
                try {
                    comparisons.compared(task, verify(task, RouteVerification.of(context, route), settings, clock));
                } catch (IOException | IllegalArgumentException e) {
                    comparisons.failed(task, new CommandFailure(ExitCode.NOT_STARTED, why(e)));
                }
            }
            return tell(comparisons, out);
        } finally {
            clock.shutdownNow();
        }
    }

    /** Only the process that runs a task can put a key into its place in the stream. */
    private int repair(VerifySettings settings, PrintStream out) throws Exception {
        var process = new RunningVerification(ManagementPort.configured(""));
        Comparisons comparisons = process.repair(settings, VerifyCommand::tellProgress);
        return comparisons.isEmpty() ? nothingDeclared() : tell(comparisons, out);
    }

    private int tell(Comparisons comparisons, PrintStream out) {
        String found = json() ? comparisons.json() : comparisons.text();
        if (!found.isEmpty()) {
            out.println(found);
        }
        comparisons.failures().forEach(System.err::println);
        return comparisons.exitCode();
    }

    private static String why(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /**
     * What is asked for.
     *
     * @throws CommandFailure if it makes no sense
     */
    VerifySettings settings() throws CommandFailure {
        if (mode == Mode.KEYS && keys.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--mode=KEYS compares keys that are named, and none is: name each by --key=…, or take the mode FULL, SAMPLE or"
                            + " COUNT");
        }
        if (sample < 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--sample=" + sample + " is no number of keys; 1 is the least that is compared");
        }
        if (rate < 0) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--rate=" + rate + " is no number of keys a second; 0 is as many as both sides give");
        }
        return new VerifySettings(
                keys.isEmpty() ? mode : Mode.KEYS,
                sample,
                keys.stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toList(),
                rate,
                VerifySettings.FULL.expiryTolerance(),
                VerifySettings.FULL.patience());
    }

    private static VerifyReport verify(
            String name, RouteVerification task, VerifySettings settings, ScheduledExecutorService clock)
            throws IOException {
        var begun = new AtomicReference<@Nullable Verification>();
        ScheduledFuture<?> telling = clock.scheduleAtFixedRate(
                () -> tellProgress(name, begun.get()), PROGRESS_SECONDS, PROGRESS_SECONDS, TimeUnit.SECONDS);
        try {
            return task.run(settings, false, begun::set);
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
}
