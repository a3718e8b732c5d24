package io.caravan.precheck;

import io.caravan.cluster.DestinationSettings.InDoubt;
import io.caravan.command.ReservedKeys;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Whether keys may be read again at the source, as is done where a command cannot be sent, or not twice. */
final class ReadRight {

    private static final String KEY = ReservedKeys.PREFIX + "precheck";
    private static final String GRANT =
            "grant the user +dump +pttl +pexpiretime +role +select +multi +exec +exists ~*; or set"
                    + " inDoubt=IN_SLOT at every redis-cluster: endpoint, and no key is read";

    private ReadRight() {}

    static void look(Facts facts, Side source, Findings findings) throws IOException {
        boolean reads = facts.settings().destinations().stream()
                .anyMatch(destination -> destination.inDoubt() == InDoubt.READ_AGAIN);
        findings.summary(reads ? "keys may be read again" : "no key is read (inDoubt=IN_SLOT)");
        for (Server server : source.masters()) {
            if (reads) {
                lookAt(server, source, findings);
            }
            if (server.ask("TIME") instanceof Reply.Failure failure) {
                findings.warn(
                        server.name(),
                        "does not tell the time: " + Server.quoted(failure) + "; its clock is taken to agree with ours",
                        "grant the user +time");
            }
        }
    }

    private static void lookAt(Server server, Side source, Findings findings) throws IOException {
        try (Rights rights = Rights.at(source, server)) {
            if (rights.means() == Rights.Means.NONE) {
                findings.fail(server.name(), "may not MULTI: " + rights.obstacle(), GRANT);
            }
            List<Rights.Refusal> refused = rights.refused(commands(server, rights.means()));
            if (!refused.isEmpty()) {
                findings.fail(
                        server.name(),
                        "may not "
                                + refused.stream().map(Rights.Refusal::command).collect(Collectors.joining(", "))
                                + " any key: '"
                                + refused.get(0).reason() + "'",
                        GRANT);
            } else {
                lookAtSamples(server, rights, findings);
                lookAtSlots(server, rights, findings);
            }
        }
    }

    /** An account may be allowed keys of some names only, and ours be one of them. */
    private static void lookAtSamples(Server server, Rights rights, Findings findings) throws IOException {
        List<String> keys = SampleKeys.of(server);
        List<Rights.Refusal> refused =
                rights.refused(keys.stream().map(key -> List.of("DUMP", key)).toList());
        if (!refused.isEmpty()) {
            findings.warn(
                    server.name(),
                    "may not read " + refused.size() + " of " + keys.size() + " keys that were tried: '"
                            + refused.get(0).reason() + "'",
                    "grant the user the keys that are copied, ~* for all; see that includeKeys selects no others");
        }
    }

    /** Only after the source has been resharded they are needed. */
    private static void lookAtSlots(Server server, Rights rights, Findings findings) throws IOException {
        if (server.membership().isEmpty()) {
            return;
        }
        List<Rights.Refusal> refused = rights.refused(List.of(List.of("CLUSTER", "GETKEYSINSLOT", "0", "1")));
        if (!refused.isEmpty()) {
            findings.warn(
                    server.name(),
                    "may not list the keys of a slot: '" + refused.get(0).reason()
                            + "'; should the source be resharded, a shard that is given slots takes another snapshot",
                    "grant the user +cluster|getkeysinslot (+cluster before Redis 7.0)");
        }
    }

    private static List<List<String>> commands(Server server, Rights.Means means) {
        List<String> expiry = List.of(server.atLeast(7, 0) ? "PEXPIRETIME" : "PTTL", KEY);
        List<List<String>> commands = new ArrayList<>(
                List.of(List.of("DUMP", KEY), expiry, List.of("EXISTS", KEY), List.of("ROLE"), List.of("SELECT", "0")));
        if (means == Rights.Means.DRY_RUN) { // in a transaction these two would not be queued
            commands.add(List.of("MULTI"));
            commands.add(List.of("EXEC"));
        }
        return commands;
    }
}
