package io.caravan.app;

import io.caravan.precheck.PrecheckReport;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.camel.main.Main;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks the source and the destination of every task, and starts none. */
@Command(
        name = "precheck",
        description =
                "Checks source and destination of every task that routes/ declares; starts none, and moves no data.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:passed, maybe with warnings",
            "1:the settings or a route cannot be used",
            "2:an argument makes no sense",
            "3:an item has failed"
        })
final class PrecheckCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Writes the report as JSON.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    /** The report alone goes to the standard output; the log, which is quieter, to the other one. */
    @Override
    public Integer call() {
        PrintStream out = System.out;
        System.setOut(System.err);
        Main main = Caravan.applicationAtRest();
        try {
            List<PrecheckReport> reports = Caravan.precheck(main);
            if (reports.isEmpty()) {
                System.err.println("No task is declared: no route of routes/ begins with redis-replication:");
                return ExitCode.NOT_STARTED;
            }
            out.println(json ? json(reports) : text(reports));
            out.flush();
            return passed(reports) ? ExitCode.OK : ExitCode.PRECHECK_FAILED;
        } catch (Exception e) {
            System.err.println(StartFailure.explain(e, main.getCamelContext()));
            return ExitCode.NOT_STARTED;
        } finally {
            main.stop();
        }
    }

    private static boolean passed(List<PrecheckReport> reports) {
        return reports.stream().allMatch(PrecheckReport::passed);
    }

    private static String text(List<PrecheckReport> reports) {
        return String.join(
                System.lineSeparator() + System.lineSeparator(),
                reports.stream().map(PrecheckReport::text).toList());
    }

    static String json(List<PrecheckReport> reports) {
        var json = new JsonObject();
        json.put("passed", passed(reports));
        json.put("tasks", reports.stream().map(PrecheckReport::fields).toList());
        return Jsoner.prettyPrint(json.toJson());
    }
}
