package io.caravan.app;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends a migration: the running process makes sure that nothing is missing, and stops the task. */
@Command(
        name = "cutover",
        description = {
            "Ends a migration: waits until the source is quiet and everything of it is applied, compares both sides, and stops the"
                    + " task.",
            "Whatever speaks against it is said, and the task goes on."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done: the task is stopped, and clients may go to the destination",
            "2:an argument makes no sense, or names no task",
            "6:no process answers",
            "7:refused: it is not safe, or makes no sense now; the task goes on"
        })
final class CutoverCommand extends ManagementCommand {

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    @Option(
            names = "--pause-writes",
            defaultValue = "0",
            paramLabel = "SECONDS",
            description =
                    "Has the source hold its clients' writes back (CLIENT PAUSE WRITE, from Redis 6.2 on), for so many"
                            + " seconds at a time, 600 at most, as long as it takes and once more at the end. 0: clients have been stopped"
                            + " already. Default: ${DEFAULT-VALUE}.")
    private int pauseWrites;

    @Option(
            names = "--patience",
            defaultValue = "60",
            paramLabel = "SECONDS",
            description =
                    "How long to wait until the source is quiet and everything is applied. Default: ${DEFAULT-VALUE}.")
    private int patience;

    @Option(names = "--no-verify", description = "Does not compare both sides.")
    private boolean noVerify;

    @Override
    int talk(ManagementPort process, PrintStream out) throws CommandFailure {
        String id = String.valueOf(process.find(task()).getString("id"));
        JsonObject begun = process.act(
                id, "cutover?pauseWrites=" + pauseWrites + "&patience=" + patience + "&verify=" + !noVerify);
        String cutoverId = String.valueOf(begun.getString("cutover"));
        int told = 0;
        while (true) {
            JsonObject task = process.task(id);
            JsonObject cutover = cutover(task, cutoverId);
            List<String> steps = steps(cutover);
            say(steps.subList(told, steps.size()), out);
            told = steps.size();
            if (!cutover.getBooleanOrDefault("running", true)) {
                boolean done = cutover.getBooleanOrDefault("done", false);
                String result = cutover.getString("result");
                say(List.of(done ? result : "refused: " + result + ". The task goes on"), out);
                if (json()) {
                    out.println(Jsoner.prettyPrint(task.toJson()));
                }
                return done ? ExitCode.OK : ExitCode.REFUSED;
            }
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
    }

    /** The one that was asked for here: another process may run by now, or another cutover. */
    private static JsonObject cutover(JsonObject task, String id) throws CommandFailure {
        if (task.get("cutover") instanceof JsonObject cutover && id.equals(cutover.getString("id"))) {
            return cutover;
        }
        throw new CommandFailure(
                ExitCode.REFUSED,
                "The process that runs the task knows nothing of this cutover any more: it has been started again, or another"
                        + " cutover was asked for. See bin/caravan status, and the events of the task");
    }

    private void say(List<String> lines, PrintStream out) {
        if (!json()) {
            lines.forEach(out::println);
            out.flush();
        }
    }

    private static List<String> steps(JsonObject cutover) {
        List<String> steps = new ArrayList<>();
        if (cutover.get("steps") instanceof Collection<?> all) {
            for (Object each : all) {
                if (each instanceof JsonObject step) {
                    steps.add(step.getString("text"));
                }
            }
        }
        return steps;
    }
}
