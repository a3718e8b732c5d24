package io.caravan.app;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import picocli.CommandLine.Option;

/**
 * A command that looks at what {@code routes/} and {@code config/} declare, and runs none of it. What it has found goes to the
 * standard output alone; the log, which is quieter, and whatever else is written go to the other one.
 */
abstract class AtRestCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Writes the report as JSON.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    /** Whether a program reads the report. */
    boolean json() {
        return json;
    }

    /** Says that there is nothing to look at. */
    static int nothingDeclared() {
        System.err.println("No task is declared: no route of routes/ begins with redis-replication:");
        return ExitCode.NOT_STARTED;
    }

    /**
     * Does what the command is for.
     *
     * @param main not initialized; stopped afterwards
     * @param out the standard output
     * @return the exit code
     * @throws CommandFailure if it cannot be done; has words for a person
     */
    abstract int look(Main main, PrintStream out) throws Exception;

    @Override
    public final Integer call() {
        PrintStream out = System.out;
        System.setOut(System.err);
        Main main = Caravan.applicationAtRest();
        try {
            int exitCode = look(main, out);
            out.flush();
            CamelContext context = main.getCamelContext();
            if (context != null) { // else another process has looked
                MisspeltSettings.in(context).forEach(System.err::println);
            }
            return exitCode;
        } catch (CommandFailure e) {
            System.err.println(e.getMessage());
            return e.exitCode();
        } catch (Exception e) {
            System.err.println(StartFailure.explain(e, main.getCamelContext()));
            return ExitCode.NOT_STARTED;
        } finally {
            out.flush();
            main.stop();
        }
    }
}
