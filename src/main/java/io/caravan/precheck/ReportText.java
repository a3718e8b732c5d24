package io.caravan.precheck;

import java.util.ArrayList;
import java.util.List;

/** A report as people read it on a terminal or in a log. */
final class ReportText {

    private static final int WIDTH = 100;
    private static final int TEXT_COLUMN = 35;

    private ReportText() {}

    static String of(PrecheckReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("Precheck of task " + report.task());
        for (PrecheckItem item : report.items()) {
            String head = String.format("%-8s %-25s ", item.outcome(), item.name());
            List<String> paragraphs = paragraphs(item);
            for (int i = 0; i < paragraphs.size(); i++) {
                addWrapped(lines, i == 0 ? head : " ".repeat(TEXT_COLUMN), paragraphs.get(i));
            }
        }
        lines.add(verdict(report));
        return String.join(System.lineSeparator(), lines);
    }

    private static List<String> paragraphs(PrecheckItem item) {
        List<String> paragraphs = new ArrayList<>();
        if (!item.summary().isEmpty() || item.findings().isEmpty()) {
            paragraphs.add(item.summary());
        }
        List<Finding> findings = item.findings();
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            boolean milder = finding.outcome() != item.outcome();
            paragraphs.add((milder ? finding.outcome() + ": " : "") + finding.sentence());
            boolean sameFollows =
                    i + 1 < findings.size() && findings.get(i + 1).remedy().equals(finding.remedy());
            if (!sameFollows) {
                paragraphs.add("remedy: " + finding.remedy());
            }
        }
        return paragraphs;
    }

    private static String verdict(PrecheckReport report) {
        long warnings = report.count(Outcome.WARNING);
        String counted = warnings == 0 ? "" : warnings == 1 ? ", with 1 warning" : ", with " + warnings + " warnings";
        if (report.passed()) {
            return "The precheck is passed" + counted + ".";
        }
        long failed = report.count(Outcome.FAILED);
        return "The precheck has failed: " + failed + (failed == 1 ? " item" : " items") + counted
                + ". The task does not start.";
    }

    /** Words that are longer than a line stand on one of their own. */
    private static void addWrapped(List<String> lines, String head, String paragraph) {
        var line = new StringBuilder(head);
        boolean empty = true;
        for (String word : paragraph.split(" ")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(TEXT_COLUMN));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString().stripTrailing());
    }
}
