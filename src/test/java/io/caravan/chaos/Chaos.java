package io.caravan.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The chaos test as a program: {@code docs/chaos.md}.
 *
 * <p>Ends with 0 if source and destination were equal after every run, 1 if they were not or a run could not be ended, 2 if it
 * could not be tried.
 */
public final class Chaos {

    private Chaos() {}

    public static void main(String[] arguments) {
        System.setProperty("log4j2.configurationFile", "classpath:io/caravan/demo/log4j2.properties");
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(2)));
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        try {
            return run(ChaosOptions.parse(arguments)) ? 0 : 1;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(ChaosOptions.USAGE);
            return 2;
        } catch (IOException | RuntimeException | AssertionError e) {
            System.err.println("The chaos test failed: " + e);
            return 2;
        }
    }

    private static boolean run(ChaosOptions options) throws IOException {
        List<RunReport> reports = new ArrayList<>();
        for (int i = 0; i < options.runs(); i++) {
            RunReport report = new ChaosRun(options, options.seed() + i).run();
            reports.add(report);
            System.out.println(report.line());
            report.differences()
                    .forEach(difference -> System.out.println("  seed " + report.seed() + ": " + difference));
        }
        System.out.println(total(reports));
        return reports.stream().allMatch(RunReport::isGood);
    }

    private static String total(List<RunReport> reports) {
        Map<String, Integer> faults = new TreeMap<>();
        Map<String, List<Long>> recoveries = new TreeMap<>();
        for (RunReport report : reports) {
            report.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
            new HashMap<>(report.recoveries())
                    .forEach((kind, times) -> recoveries
                            .computeIfAbsent(kind, name -> new ArrayList<>())
                            .addAll(times));
        }
        return "{\"runs\":" + reports.size() + ",\"failed\":"
                + reports.stream().filter(report -> !report.isGood()).count() + ",\"differences\":"
                + reports.stream()
                        .mapToLong(report -> report.differences().size())
                        .sum() + ",\"faults\":"
                + RunReport.counts(faults) + ",\"recoveryMillis\":" + RunReport.times(recoveries) + "}";
    }
}
