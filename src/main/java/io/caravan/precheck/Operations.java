package io.caravan.precheck;

import io.caravan.cluster.DestinationSettings;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.Edition;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What has been done at the source so far, and what would become of it in the stream. */
final class Operations {

    private static final Set<String> FLUSHES = Set.of("FLUSHALL", "FLUSHDB");

    private Operations() {}

    /** Operations that the edition does not list, if the source has run some. */
    static void edition(Facts facts, Side source, Findings findings) throws IOException {
        Edition edition = facts.settings().edition();
        findings.summary(
                edition == Edition.ALL ? "every operation is synchronized" : "table of operations: " + edition);
        if (edition == Edition.ALL || facts.settings().unlisted() == PrecheckSettings.Unlisted.FORWARDED) {
            return;
        }
        Set<String> unlisted = new TreeSet<>();
        KnownCommands.callsOf(source).keySet().stream()
                .map(CommandTable.standard()::of)
                .filter(spec -> spec.known() && spec.write() && !spec.supportedBy(edition))
                .map(CommandSpec::name)
                .forEach(unlisted::add);
        unlisted.removeAll(FLUSHES);
        if (!unlisted.isEmpty()) {
            boolean skipped = facts.settings().unlisted() == PrecheckSettings.Unlisted.SKIPPED;
            findings.warn(
                    "",
                    "the source has run operations that edition " + edition + " does not list: "
                            + String.join(", ", unlisted)
                            + (skipped
                                    ? "; from the start of the stream on they are left out, and the destination differs"
                                    : "; a shard stops before the first that comes in its stream"),
                    "set edition=all or unsupported=forward, unless they are not wanted");
        }
    }

    /** What becomes of {@code FLUSHALL} and {@code FLUSHDB}. */
    static void flushes(Facts facts, Side destination, Findings findings) throws IOException {
        Map<String, Long> calls = KnownCommands.callsOf(facts.source());
        long flushed =
                FLUSHES.stream().mapToLong(name -> calls.getOrDefault(name, 0L)).sum();
        String seen = flushed == 0 ? "" : "; the source's clients have done so " + flushed + " times since it started";
        DestinationSettings settings =
                facts.settings().destinations().get(facts.destinations().indexOf(destination));
        switch (settings.flush()) {
            case APPLY -> {
                findings.summary("what the source empties is emptied (flush=APPLY)");
                warnOfForeignKeys(facts, destination, findings);
            }
            case IGNORE ->
                findings.warn(
                        "",
                        "flush=IGNORE: what FLUSHALL or FLUSHDB takes from the source stays at the destination" + seen,
                        "run neither at the source while the task runs, or set flush=APPLY");
            case FAIL -> {
                findings.summary("a shard stops before FLUSHALL and FLUSHDB (flush=FAIL)" + seen);
                if (flushed > 0) {
                    findings.warn(
                            "",
                            "flush=FAIL, and the source's clients have run FLUSHALL or FLUSHDB " + flushed
                                    + " times since it started: the next one stops the task",
                            "run neither at the source while the task runs, or set flush=APPLY");
                }
            }
        }
    }

    private static void warnOfForeignKeys(Facts facts, Side destination, Findings findings) {
        boolean holds = destination.masters().stream()
                .anyMatch(server -> !server.keyspace().isEmpty());
        if (holds && !facts.continues() && facts.settings().conflictMode() == PrecheckSettings.ConflictMode.IGNORE) {
            findings.warn(
                    "",
                    "the destination holds keys already, and a FLUSHALL of the source removes them as well (flush=APPLY)",
                    "set flush=IGNORE or flush=FAIL if they have to stay");
        }
    }

    /** Keys with a time to live make numbers of keys differ without a difference. */
    static void expiry(Facts facts, Side source, Findings findings) {
        long keys = 0;
        long expiring = 0;
        for (Server server : source.masters()) {
            for (String database : server.keyspace().values()) {
                keys += Server.number(database, "keys");
                expiring += Server.number(database, "expires");
            }
        }
        findings.summary(
                expiring == 0
                        ? "of " + keys + " keys none expires"
                        : expiring + " of " + keys
                                + " keys have a time to live: each side removes them by itself, so compare"
                                + " numbers of keys without those that expire");
    }
}
