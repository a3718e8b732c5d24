package io.caravan.app;

import io.caravan.camel.PrecheckFailedException;
import io.caravan.camel.RoutePrecheck;
import io.caravan.precheck.PrecheckReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.camel.main.Main;
import picocli.CommandLine;

/**
 * Runs the tasks that the YAML files of {@code routes/} declare, as {@code config/application.properties} says; {@code precheck}
 * and {@code verify} look at them without running them, {@code status}, {@code pause}, {@code resume}, {@code stop} and {@code start}
 * talk to the process that does.
 *
 * <p>Arguments that name no command are those of Camel Main, if it understands them ({@link RunArguments}). Exit codes are those of {@link ExitCode}.
 */
public final class Caravan {

    private static final String LOG_LEVEL = "caravan.log.level";
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";
    private static final Path OWN_LOG_CONFIGURATION = Path.of("config", "log4j2.properties");

    private Caravan() {}

    public static void main(String[] args) {
        configureLog();
        System.exit(commandLine().execute(args));
    }

    /** Camel Main as the application sets it up, not yet started. */
    public static Main application() {
        var main = new Main();
        main.setDefaultPropertyPlaceholderLocation(
                "file:config/application.properties;optional=true," + "classpath:io/caravan/app/defaults.properties");
        main.addMainListener(new TaskWatch());
        return main;
    }

    /**
     * Checks the tasks of an application that is not started, and starts none of them: routes are made, and nothing is opened
     * for them.
     *
     * @param main as {@link #application()} makes it; to be stopped afterwards
     */
    public static List<PrecheckReport> precheck(Main main) throws Exception {
        build(main);
        return RoutePrecheck.ofAll(main.getCamelContext());
    }

    /** Makes the routes of an application and starts none. */
    static void build(Main main) throws Exception {
        main.init();
        main.getCamelContext().build();
    }

    /** An application that is only looked at: nothing listens, and the log is quiet. */
    static Main applicationAtRest() {
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "error");
        }
        Main main = application();
        main.addOverrideProperty("camel.main.startup-summary-level", "off");
        main.addOverrideProperty("camel.main.jmx-enabled", "false");
        main.addOverrideProperty("camel.management.enabled", "false");
        return main;
    }

    /** What Camel Main may understand ({@code -duration 60}) is no option of ours, and handed on as it is. */
    static CommandLine commandLine() {
        CommandLine caravan = handingOn(new CommandLine(new RunCommand()))
                .setCommandName("caravan")
                .addSubcommand(handingOn(new CommandLine(new RunCommand())))
                .addSubcommand(new PrecheckCommand())
                .addSubcommand(new VerifyCommand())
                .addSubcommand(new CutoverCommand())
                .addSubcommand(new LimitCommand())
                .addSubcommand(new StatusCommand());
        ActionCommand.all().forEach(caravan::addSubcommand);
        return caravan;
    }

    private static CommandLine handingOn(CommandLine run) {
        return run.setUnmatchedOptionsArePositionalParams(true).setStopAtPositional(true);
    }

    /** Runs until it is stopped; answers the exit code. */
    static int run(String[] args) {
        Main main = application();
        try {
            main.parseArguments(args);
        } catch (IllegalArgumentException e) {
            System.err.println(
                    "Camel Main cannot use its arguments: " + e.getMessage() + "; bin/caravan -h lists them");
            return ExitCode.USAGE;
        }
        try {
            main.run();
            return main.getExitCode();
        } catch (Exception e) {
            Optional<PrecheckFailedException> precheck = precheckIn(e);
            System.err.println(precheck.map(failed -> failed.report().text())
                    .orElseGet(() -> StartFailure.explain(e, main.getCamelContext())));
            return precheck.isPresent() ? ExitCode.PRECHECK_FAILED : ExitCode.NOT_STARTED;
        }
    }

    private static Optional<PrecheckFailedException> precheckIn(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PrecheckFailedException failed) {
                return Optional.of(failed);
            }
        }
        return Optional.empty();
    }

    /** Before the first logger is made: the user's configuration, else ours, unless the command line names one. */
    private static void configureLog() {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(
                    LOG_CONFIGURATION,
                    Files.exists(OWN_LOG_CONFIGURATION)
                            ? OWN_LOG_CONFIGURATION.toUri().toString()
                            : "classpath:io/caravan/app/log4j2.properties");
        }
    }
}
