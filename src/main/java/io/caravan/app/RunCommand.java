package io.caravan.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the tasks until the process is stopped; what is done where no command is given. */
@Command(
        name = "run",
        description =
                "Runs the tasks that routes/ declares, as config/application.properties says. Without a command, too.")
final class RunCommand implements Callable<Integer> {

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Parameters(paramLabel = "ARGUMENT", description = "Handed on to Camel Main; -h lists what it understands.")
    private String[] arguments = {};

    @Override
    public Integer call() {
        return Caravan.run(arguments);
    }
}
