package io.caravan.precheck;

import io.caravan.replication.HeartbeatSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Whether the account may write heartbeats at every master of the source, if any are wanted. Nothing is written. */
final class HeartbeatRight {

    private static final String REMEDY =
            "grant the user +set +del ~caravan:heartbeat:*; or set heartbeatInterval=0, and none is written";

    private HeartbeatRight() {}

    static void look(Facts facts, Side source, Findings findings) throws IOException {
        if (facts.settings().heartbeat().isEmpty()) {
            findings.skip("none is written (heartbeatInterval=0)");
            return;
        }
        HeartbeatSettings heartbeat = facts.settings().heartbeat().get();
        int database = facts.settings().source().databases().lowest();
        for (Server server : source.masters()) {
            try (Rights rights = Rights.at(source, server)) {
                lookAt(server, rights, commands(heartbeat.key(server.slots()), database), findings);
            }
        }
        findings.summary(
                findings.isEmpty() ? "one every " + heartbeat.interval().toMillis() + " ms is permitted" : "");
    }

    private static void lookAt(Server server, Rights rights, List<List<String>> commands, Findings findings)
            throws IOException {
        if (rights.means() == Rights.Means.NONE) {
            findings.warn(
                    server.name(),
                    "it shows at the start whether SET is permitted: " + rights.obstacle(),
                    "grant the user +acl|whoami +acl|dryrun or +multi, so that it can be found out");
        }
        List<Rights.Refusal> refused = rights.refused(commands);
        if (!refused.isEmpty()) {
            findings.fail(
                    server.name(),
                    "may not "
                            + refused.stream().map(Rights.Refusal::command).collect(Collectors.joining(", "))
                            + ": '" + refused.get(0).reason() + "'",
                    REMEDY);
        }
    }

    private static List<List<String>> commands(String key, int database) {
        List<List<String>> commands =
                new ArrayList<>(List.of(List.of("SET", key, "0", "PX", "10000"), List.of("DEL", key), List.of("INFO")));
        if (database != 0) {
            commands.add(List.of("SELECT", Integer.toString(database)));
        }
        return commands;
    }
}
