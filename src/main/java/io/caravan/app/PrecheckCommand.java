package io.caravan.app;

import io.caravan.precheck.PrecheckReport;
import java.io.PrintStream;
import java.util.List;
import org.apache.camel.main.Main;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import picocli.CommandLine.Command;

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
final class PrecheckCommand extends AtRestCommand {

    @Override
    int look(Main main, PrintStream out) throws Exception {
        List<PrecheckReport> reports = Caravan.precheck(main);
        if (reports.isEmpty()) {
            return nothingDeclared();
        }
        out.println(json() ? json(reports) : text(reports));
        return passed(reports) ? ExitCode.OK : ExitCode.PRECHECK_FAILED;
    }

    private static boolean passed(List<PrecheckReport> reports) {
        return reports.stream().allMatch(PrecheckReport::passed);
    }

    private static String text(List<PrecheckReport> reports) {
        return String.join(
                System.lineSeparator() + System.lineSeparator(),
                reports.stream().map(PrecheckReport::text).toList());
    }

    private static String json(List<PrecheckReport> reports) {
        var json = new JsonObject();
        json.put("passed", passed(reports));
        json.put("tasks", reports.stream().map(PrecheckReport::fields).toList());
        return Jsoner.prettyPrint(json.toJson());
    }
}
