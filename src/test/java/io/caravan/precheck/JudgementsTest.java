package io.caravan.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where the limits are between what is right, what somebody should know, and what must not start. */
class JudgementsTest {

    private static final long MEGABYTE = 1024 * 1024;
    private static final long MINUTE_MILLIS = 60_000;

    private static final Map<String, String> DEFAULTS = Map.of(
            "client-output-buffer-limit", "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
            "repl-backlog-size", "1048576",
            "repl-timeout", "60",
            "repl-ping-replica-period", "10");

    @Test
    void buffers_as_servers_come_will_do_for_a_source_that_rests() {
        assertThat(judged(DEFAULTS, 0, 100_000 * MEGABYTE)).isEmpty();
    }

    @Test
    void a_short_snapshot_may_fill_more_than_the_soft_limit() {
        assertThat(judged(DEFAULTS, 10_000, 3000 * MEGABYTE)).isEmpty();
        assertThat(judged(DEFAULTS, 2 * MEGABYTE, 2500 * MEGABYTE)) // 100 MB wait for 50 s: allowed for 60
                .singleElement()
                .satisfies(finding -> assertThat(finding.cause()).startsWith("repl-backlog-size"));
    }

    @Test
    void the_hard_limit_and_the_soft_one_that_lasts_too_long_cut_the_link() {
        assertThat(judged(DEFAULTS, 10 * MEGABYTE, 1500 * MEGABYTE)) // 300 MB wait at most
                .anySatisfy(finding -> assertThat(finding.remedy()).contains("\"replica 629145600 629145600 600\""));
        assertThat(judged(DEFAULTS, MEGABYTE, 5000 * MEGABYTE)) // 100 MB wait for 100 s
                .anySatisfy(finding -> assertThat(finding.cause()).startsWith("some 100.0 MB are written"));
    }

    @Test
    void the_limit_of_valkey_has_another_name_and_no_limit_is_none() {
        Map<String, String> valkey = Map.of("client-output-buffer-limit", "normal 0 0 0 replica 0 0 0 pubsub 1 1 1");

        assertThat(judged(valkey, 1000 * MEGABYTE, 100_000 * MEGABYTE)).isEmpty();
    }

    @Test
    void settings_that_are_not_told_are_not_judged() {
        assertThat(Buffers.of(Map.of())).isEmpty();
    }

    @Test
    void clocks_may_differ_by_a_second_and_what_the_questions_took() {
        assertThat(clocks(1000, 0)).isEmpty();
        assertThat(clocks(-1500, 600)).isEmpty();
        assertThat(clocks(1001, 0))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.cause()).contains("1001 ms ahead of").contains("too early"));
        assertThat(clocks(-5000, 10))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.cause()).contains("5000 ms behind").contains("too late"));
    }

    @Test
    void a_disk_that_is_full_and_one_that_is_small() {
        assertThat(spool(0, MEGABYTE)).extracting(Finding::outcome).containsExactly(Outcome.FAILED);
        assertThat(spool(MEGABYTE, 2 * MEGABYTE)).extracting(Finding::outcome).containsExactly(Outcome.WARNING);
        assertThat(spool(2 * MEGABYTE, 2 * MEGABYTE)).isEmpty();
    }

    @Test
    void sizes_are_told_in_units_of_1024() {
        assertThat(Sizes.text(0)).isEqualTo("0 bytes");
        assertThat(Sizes.text(1023)).isEqualTo("1023 bytes");
        assertThat(Sizes.text(1536)).isEqualTo("1.5 KB");
        assertThat(Sizes.text(3 * 1024 * MEGABYTE)).isEqualTo("3.0 GB");
        assertThat(Sizes.text(Long.MAX_VALUE)).isEqualTo("8388608.0 TB");
    }

    private static List<Finding> judged(Map<String, String> settings, long bytesPerSecond, long dataBytes) {
        var findings = new Findings();
        Buffers.of(settings).orElseThrow().judge("node", bytesPerSecond, dataBytes, MINUTE_MILLIS, findings);
        return findings.toItem("source buffers").findings();
    }

    private static List<Finding> clocks(long ahead, long uncertain) {
        var findings = new Findings();
        Clocks.judge("node", ahead, uncertain, findings);
        return findings.toItem("clocks").findings();
    }

    private static List<Finding> spool(long available, long limit) {
        var findings = new Findings();
        SpoolRoom.judge("folder", available, limit, findings);
        return findings.toItem("spool").findings();
    }
}
