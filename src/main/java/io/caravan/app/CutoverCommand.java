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
    private static final String KIND = "cutover";

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
        int before = steps(process.task(id)).size();
        process.act(id, "cutover?pauseWrites=" + pauseWrites + "&patience=" + patience + "&verify=" + !noVerify);
        int told = before;
        JsonObject task = process.task(id);
        while (true) {
            List<String> steps = steps(task);
            if (!json()) {
                steps.subList(Math.min(told, steps.size()), steps.size()).forEach(out::println);
                out.flush();
            }
            told = steps.size();
            if (task.get("doing") == null) {
                break;
            }
            LockSupport.parkNanos(INTERVAL_NANOS);
            task = process.task(id);
        }
        if (json()) {
            out.println(Jsoner.prettyPrint(task.toJson()));
        }
        return "Stopped".equals(task.getString("state")) ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static List<String> steps(JsonObject task) {
        List<String> steps = new ArrayList<>();
        if (task.get("events") instanceof Collection<?> events) {
            for (Object each : events) {
                if (each instanceof JsonObject event && KIND.equals(event.getString("kind"))) {
                    steps.add(event.getString("text"));
                }
            }
        }
        return steps;
    }
}
