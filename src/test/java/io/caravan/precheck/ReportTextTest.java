package io.caravan.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTextTest {

    @Test
    void a_report_is_aligned_and_wrapped_at_100_columns() {
        var findings = new Findings();
        findings.summary("the source has 2.0 GB");
        findings.warn("10.0.0.2:7000", "gets 1.0 GB of data", "raise maxmemory");
        findings.fail(
                "10.0.0.1:7000",
                "gets 1.0 GB of data, and maxmemory leaves 512.0 MB, which is less than what is needed",
                "raise maxmemory (and memory)");

        assertThat(report(item("source nodes", "answers"), findings.toItem("destination memory"))
                        .text()
                        .lines())
                .containsExactly(
                        "Precheck of task orders",
                        "passed   source nodes              answers",
                        "failed   destination memory        the source has 2.0 GB",
                        "                                   10.0.0.1:7000: gets 1.0 GB of data, and maxmemory leaves 512.0",
                        "                                   MB, which is less than what is needed",
                        "                                   remedy: raise maxmemory (and memory)",
                        "                                   warning: 10.0.0.2:7000: gets 1.0 GB of data",
                        "                                   remedy: raise maxmemory",
                        "The precheck has failed: 1 item. The task does not start.");
    }

    @Test
    void what_helps_against_several_findings_is_said_once() {
        var findings = new Findings();
        findings.warn("10.0.0.1:7000", "evicts", "set noeviction");
        findings.warn("10.0.0.2:7000", "evicts", "set noeviction");

        assertThat(report(findings.toItem("destination eviction")).text().lines())
                .containsExactly(
                        "Precheck of task orders",
                        "warning  destination eviction      10.0.0.1:7000: evicts",
                        "                                   10.0.0.2:7000: evicts",
                        "                                   remedy: set noeviction",
                        "The precheck is passed, with 1 warning.");
    }

    @Test
    void a_node_that_the_cause_names_is_not_named_twice() {
        var finding = new Finding(Outcome.FAILED, "10.0.0.1:7000", "source 10.0.0.1:7000 cannot be reached", "");

        assertThat(finding.sentence()).isEqualTo("source 10.0.0.1:7000 cannot be reached");
    }

    @Test
    void warnings_let_a_task_start() {
        var findings = new Findings();
        findings.warn("", "something", "do something");

        PrecheckReport report = report(findings.toItem("clocks"), item("spool", ""));

        assertThat(report.passed()).isTrue();
        assertThat(report.outcome()).isEqualTo(Outcome.WARNING);
        assertThat(report.text()).endsWith("The precheck is passed, with 1 warning.");
    }

    @Test
    void what_is_skipped_and_found_wrong_is_wrong() {
        var findings = new Findings();
        findings.skip("no server of the destination could be asked");
        assertThat(findings.toItem("clocks").outcome()).isEqualTo(Outcome.SKIPPED);

        findings.fail("", "something", "do something");
        assertThat(findings.toItem("clocks").outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void labels_of_items_fit_their_column_and_differ() {
        List<String> labels = Arrays.stream(Check.values()).map(Check::label).toList();

        assertThat(labels)
                .doesNotHaveDuplicates()
                .allSatisfy(label -> assertThat(label).hasSizeLessThanOrEqualTo(25));
    }

    private static PrecheckItem item(String name, String summary) {
        var findings = new Findings();
        findings.summary(summary);
        return findings.toItem(name);
    }

    private static PrecheckReport report(PrecheckItem... items) {
        return new PrecheckReport("orders", Instant.EPOCH, Duration.ofMillis(1234), List.of(items));
    }
}
