package io.caravan.precheck;

import java.util.List;

/**
 * One item of a report.
 *
 * @param name as in {@code docs/precheck.md}, {@code source nodes}
 * @param outcome the gravest of its findings
 * @param summary what was seen, or why it was not looked at; in one sentence, may be empty beside findings
 * @param findings what is wrong, the gravest first
 */
public record PrecheckItem(String name, Outcome outcome, String summary, List<Finding> findings) {

    public PrecheckItem {
        findings = List.copyOf(findings);
    }
}
