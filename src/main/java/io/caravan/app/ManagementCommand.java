package io.caravan.app;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command for the process that runs the tasks, which it talks to by its management port. */
abstract class ManagementCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..1",
            paramLabel = "TASK",
            description = "Id or name of a task. Without: the only one, or for status all of them.")
    private @Nullable String task;

    @Option(
            names = "--url",
            defaultValue = "",
            description = "Where the process is, http://host:port. Without: where config/application.properties says.")
    private String url = "";

    @Option(names = "--json", description = "Writes what there is to say as JSON.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    /** What was given for the task; {@code null} if nothing was. */
    @Nullable
    String task() {
        return task;
    }

    boolean json() {
        return json;
    }

    /** Does what the command is for; answers the exit code. */
    abstract int talk(ManagementPort process, PrintStream out) throws CommandFailure;

    @Override
    public final Integer call() {
        PrintStream out = System.out;
        System.setOut(System.err);
        try {
            return talk(ManagementPort.configured(url), out);
        } catch (CommandFailure e) {
            System.err.println(e.getMessage());
            return e.exitCode();
        } catch (Exception e) {
            System.err.println("config/ cannot be read: " + e.getMessage());
            return ExitCode.NOT_STARTED;
        } finally {
            out.flush();
        }
    }
}
