package io.caravan.app;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Does something to a task of the running process, and waits until that is done. */
@Command(
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the task does not start",
            "2:an argument makes no sense, or names no task",
            "3:the task does not start: its precheck has failed",
            "6:no process answers",
            "7:refused: it makes no sense now, or the token is missing"
        })
final class ActionCommand extends ManagementCommand {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String action;

    private ActionCommand(String action) {
        this.action = action;
    }

    /** One for each thing that may be done. */
    static List<CommandLine> all() {
        return List.of(
                of("pause", "Holds a task back: its link stays, and what the source sends waits in memory and spool."),
                of("resume", "Lets a task that was paused go on."),
                of("stop", "Stops a task after what is on its way has been applied. The process goes on."),
                of("start", "Starts a task that was stopped, or has failed; it goes on from its checkpoint."));
    }

    private static CommandLine of(String action, String description) {
        var command = new CommandLine(new ActionCommand(action));
        command.setCommandName(action);
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    @Override
    int talk(ManagementPort process, PrintStream out) throws CommandFailure {
        String id = String.valueOf(process.find(task()).getString("id"));
        process.act(id, action);
        JsonObject task = process.task(id);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (task.get("doing") != null && System.nanoTime() < deadline) {
            LockSupport.parkNanos(INTERVAL_NANOS);
            task = process.task(id);
        }
        out.println(json() ? Jsoner.prettyPrint(task.toJson()) : StatusText.line(task));
        return switch (String.valueOf(task.getString("state"))) {
            case "Failed" -> ExitCode.NOT_STARTED;
            case "Precheck failed" -> ExitCode.PRECHECK_FAILED;
            default -> ExitCode.OK;
        };
    }
}
