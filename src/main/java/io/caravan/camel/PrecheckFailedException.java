package io.caravan.camel;

import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckReport;
import java.util.stream.Collectors;

/** A route does not start, since its precheck has failed; the message names what has, and the report says all. */
public final class PrecheckFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient PrecheckReport report;

    PrecheckFailedException(PrecheckReport report) {
        super("task " + report.task() + ": the precheck has failed: " + failures(report));
        this.report = report;
    }

    private static String failures(PrecheckReport report) {
        return report.items().stream()
                .flatMap(item -> item.findings().stream()
                        .filter(finding -> finding.outcome() == Outcome.FAILED)
                        .map(finding -> item.name() + ": " + finding.sentence() + "; " + finding.remedy()))
                .collect(Collectors.joining(" | "));
    }

    /** What was found. */
    public PrecheckReport report() {
        return report;
    }
}
