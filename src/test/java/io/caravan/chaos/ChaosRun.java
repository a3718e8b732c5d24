package io.caravan.chaos;

import io.caravan.servers.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One run: the stage is set, clients write, faults happen, and at the end both sides are compared. */
final class ChaosRun {

    private static final Duration PATIENCE = Duration.ofSeconds(180);

    /** Lots drawn from seeds that follow one another are alike at first; an odd factor keeps them apart. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final ChaosOptions options;
    private final long seed;
    private final Random random;
    private final History history;
    private final long startNanos = System.nanoTime();

    ChaosRun(ChaosOptions options, long seed) {
        this.options = options;
        this.seed = seed;
        random = new Random(seed * SPREAD);
        history = new History(options.trace());
    }

    /** Runs on the calling thread. A run that cannot be ended is a report too. */
    RunReport run() throws IOException {
        Stage.Setting setting = Stage.Setting.of(seed, options, random);
        history.note("seed " + seed + ", " + setting);
        try (Stage stage = Stage.set(setting, options)) {
            var check = new FinalCheck(stage);
            String failure = "";
            try (var observer = new Observer(stage, history)) {
                try {
                    play(stage, setting, observer, check);
                } catch (Exception | AssertionError e) {
                    failure = e.toString();
                    history.note("health: " + observer.health());
                    history.note("tasks: " + observer.tasks());
                    printThreads(stage);
                }
            }
            return report(stage, setting, check, failure);
        }
    }

    private void printThreads(Stage stage) throws IOException {
        try {
            stage.caravan().printThreads();
        } catch (AssertionError e) {
            history.note("threads: " + e.getMessage()); // it is paused, or has ended
        }
    }

    private void play(Stage stage, Stage.Setting setting, Observer observer, FinalCheck check) throws Exception {
        stage.caravan().awaitOutput("streaming from offset");
        stage.clients().start();
        new Schedule(stage, history, observer, random, options.chosenKinds())
                .run(options.faults(), options.mostSeconds());
        Await.until("Caravan follows again", PATIENCE, observer::isQuiet);
        stage.clients().close();
        history.note("the clients have stopped");
        check.awaitDeaths();
        observer.awaitRest(PATIENCE);
        history.note("all is applied");
        Set<String> faults = history.faults().keySet();
        boolean late = faults.contains("pause-source") || faults.contains("slow-network-source");
        check.run(late && !setting.source().atLeast("7.0"));
    }

    private RunReport report(Stage stage, Stage.Setting setting, FinalCheck check, String failure) throws IOException {
        boolean good = failure.isEmpty() && check.differences().isEmpty();
        return new RunReport(
                seed,
                setting.source() + " to " + setting.destination(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos),
                history.faults(),
                history.recoveries(),
                check.keys(),
                stage.clients().acknowledged(),
                check.increments(),
                check.lostAtTheSource(),
                List.copyOf(check.differences()),
                failure,
                good && !options.trace() ? "" : keepLogs(stage, check, failure));
    }

    /** Writes down what happened, beside a copy of Caravan's log. */
    private String keepLogs(Stage stage, FinalCheck check, String failure) throws IOException {
        Files.createDirectories(options.reports());
        Path log = options.reports().resolve("seed-" + seed + ".log");
        Files.writeString(
                log,
                String.join("\n", history.lines()) + "\n\n" + failure + "\n" + String.join("\n", check.differences())
                        + "\n\nCaravan:\n" + stage.caravan().output() + "\nsource:\n"
                        + stage.cluster(Room.SOURCE).logs() + "\ndestination:\n"
                        + stage.cluster(Room.DESTINATION).logs());
        return log.toString();
    }
}
