package io.caravan.app;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the tasks until the process is stopped; what is done where no command is given. */
@Command(
        name = "run",
        description =
                "Runs the tasks that routes/ declares, as config/application.properties says. Without a command, too.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:stopped as it was told to",
            "1:it could not start",
            "2:an argument makes no sense",
            "3:a precheck has failed"
        })
final class RunCommand implements Callable<Integer> {

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "ARGUMENT", description = "Handed on to Camel Main; -h lists what it understands.")
    private String[] arguments = {};

    @Override
    public Integer call() {
        Optional<String> fault = new RunArguments(
                        spec == null ? List.of() : spec.root().subcommands().keySet())
                .fault(List.of(arguments), spec != null && spec.parent() == null);
        if (fault.isPresent()) {
            System.err.println(fault.get());
            return ExitCode.USAGE;
        }
        return Caravan.run(arguments);
    }
}
