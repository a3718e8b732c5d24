package io.caravan.app;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says how the tasks of a running process do. */
@Command(
        name = "status",
        description = "Says how the tasks of the running process do.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:told, whatever the tasks do",
            "2:an argument makes no sense, or names no task",
            "6:no process answers",
            "7:the process refuses to say"
        })
final class StatusCommand extends ManagementCommand {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    @Option(names = "--watch", description = "Again every second, until it is interrupted or the process ends.")
    private boolean watch;

    @Override
    int talk(ManagementPort process, PrintStream out) throws CommandFailure {
        boolean terminal = Terminal.isThere();
        tell(process, out, terminal);
        while (watch) {
            out.flush();
            LockSupport.parkNanos(INTERVAL_NANOS);
            if (terminal && !json()) {
                out.print(Terminal.CLEAR);
            }
            tell(process, out, terminal);
        }
        return ExitCode.OK;
    }

    private void tell(ManagementPort process, PrintStream out, boolean terminal) throws CommandFailure {
        if (json()) {
            JsonObject answer = task() == null
                    ? process.tasks()
                    : process.task(String.valueOf(process.find(task()).getString("id")));
            out.println(watch ? answer.toJson() : Jsoner.prettyPrint(answer.toJson()));
            return;
        }
        List<JsonObject> tasks = task() == null ? ManagementPort.list(process.tasks()) : List.of(process.find(task()));
        List<String> lines = tasks.stream()
                .flatMap(task -> (terminal ? StatusText.block(task) : List.of(StatusText.line(task))).stream())
                .toList();
        (lines.isEmpty() ? List.of("No task is declared.") : lines).forEach(out::println);
    }
}
