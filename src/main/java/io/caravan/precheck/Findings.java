package io.caravan.precheck;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what one item finds. Belongs to the thread of the precheck. */
final class Findings {

    private final List<Finding> found = new ArrayList<>();
    private String summary = "";
    private boolean skipped;

    /** What was seen, said whether or not something is wrong. */
    void summary(String sentence) {
        summary = sentence;
    }

    /** It cannot be looked at, or need not. */
    void skip(String why) {
        summary = why;
        skipped = true;
    }

    /** A thing that somebody should know. */
    void warn(String node, String cause, String remedy) {
        found.add(new Finding(Outcome.WARNING, node, cause, remedy));
    }

    /** A thing that the task must not start with. */
    void fail(String node, String cause, String remedy) {
        found.add(new Finding(Outcome.FAILED, node, cause, remedy));
    }

    /** As grave as {@code outcome}, which is a warning or a failure. */
    void add(Outcome outcome, String node, String cause, String remedy) {
        found.add(new Finding(outcome, node, cause, remedy));
    }

    void addAll(List<Finding> findings) {
        found.addAll(findings);
    }

    /** Adds what was found to others as mere warnings, each cause with something behind it. */
    void warnInto(Findings others, String consequence) {
        found.forEach(finding -> others.warn(finding.node(), finding.cause() + consequence, finding.remedy()));
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    PrecheckItem toItem(String name) {
        Outcome outcome = found.stream().map(Finding::outcome).reduce(Outcome.SKIPPED, Outcome::or);
        if (outcome == Outcome.SKIPPED && !skipped) {
            outcome = Outcome.PASSED;
        }
        List<Finding> gravestFirst = found.stream()
                .sorted(Comparator.comparing(Finding::outcome).reversed())
                .toList();
        return new PrecheckItem(name, outcome, summary, gravestFirst);
    }
}
