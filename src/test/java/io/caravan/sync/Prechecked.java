package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.precheck.Finding;
import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckItem;
import io.caravan.precheck.PrecheckReport;
import io.caravan.servers.RedisServer;

/** A report, with what a test asks of it. Every finding has to be quoted in {@code docs/precheck.md}. */
record Prechecked(PrecheckReport report) {

    static Prechecked of(RunningTask.Settings settings) throws Exception {
        return of(settings.precheck());
    }

    static Prechecked of(PrecheckReport report) {
        PrecheckTable.assertQuotes(report);
        return new Prechecked(report);
    }

    static Prechecked between(RedisServer source, RedisServer destination) throws Exception {
        return of(task(source, destination));
    }

    static RunningTask.Settings task(RedisServer source, RedisServer destination) {
        return RunningTask.between(
                source.endpoint().toString(), destination.endpoint().toString());
    }

    PrecheckItem item(String name) {
        return report.items().stream()
                .filter(item -> item.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no item " + name + " in " + report.text()));
    }

    Prechecked failed(String item, String node, String... parts) {
        return found(item, Outcome.FAILED, node, parts);
    }

    Prechecked warned(String item, String node, String... parts) {
        return found(item, Outcome.WARNING, node, parts);
    }

    Prechecked passed(String item, String summary) {
        return ended(item, Outcome.PASSED, summary);
    }

    Prechecked skipped(String item, String summary) {
        return ended(item, Outcome.SKIPPED, summary);
    }

    private Prechecked ended(String item, Outcome outcome, String summary) {
        assertThat(item(item).outcome()).as(report.text()).isEqualTo(outcome);
        assertThat(item(item).summary()).contains(summary);
        return this;
    }

    private Prechecked found(String item, Outcome outcome, String node, String... parts) {
        assertThat(item(item).findings()).as(report.text()).anySatisfy(finding -> {
            assertThat(finding.outcome()).isEqualTo(outcome);
            assertThat(finding.node()).isEqualTo(node);
            assertThat(text(finding)).contains(parts);
        });
        return this;
    }

    private static String text(Finding finding) {
        return finding.cause() + "; " + finding.remedy();
    }
}
