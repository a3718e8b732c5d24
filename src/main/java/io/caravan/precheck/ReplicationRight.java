package io.caravan.precheck;

import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;

/** Whether every node that will be linked to lets us be its replica, and every master, which may come to it. {@code PSYNC} is never begun: it would cost the source a snapshot. */
final class ReplicationRight {

    private static final String GRANT = "grant the user +psync +replconf +ping";

    private ReplicationRight() {}

    static void look(Facts facts, Side source, Findings findings) throws IOException {
        boolean certain = true;
        for (Server server : source.masters()) {
            certain &= lookAt(source, server, findings);
        }
        LinkNodes nodes = LinkNodes.of(facts, source);
        for (Server replica : nodes.replicas()) {
            var ofReplica = new Findings();
            certain &= lookAt(source, replica, ofReplica);
            ofReplica.warnInto(findings, "; the link goes to another node");
        }
        findings.summary((certain
                        ? "PSYNC and REPLCONF are permitted"
                        : "REPLCONF is permitted; whether PSYNC is shows at the start, since the user may not use ACL DRYRUN")
                + nodes.text());
        if (!findings.isEmpty()) {
            findings.summary(nodes.text().replaceFirst("^; ", ""));
        }
    }

    /** Answers whether there is no doubt left. */
    private static boolean lookAt(Side source, Server server, Findings findings) throws IOException {
        Reply known = server.ask("COMMAND", "INFO", "psync");
        if (known instanceof Reply.Elements commands && commands.text().isEmpty()) {
            findings.fail(
                    server.name(),
                    "does not know PSYNC: it was renamed, or taken away by who runs the server",
                    "take rename-command PSYNC out of its configuration; or give a server that may be replicated");
            return true;
        }
        Reply announced = server.ask("REPLCONF", "capa", "psync2");
        if (announced instanceof Reply.Failure failure) {
            refused(server, failure, findings);
            return true;
        }
        try (Rights rights = Rights.at(source, server)) {
            return switch (rights.means()) {
                case NO_ACL -> true;
                case NONE -> false;
                case DRY_RUN -> {
                    judge(server, rights.refused(List.of(psync(), List.of("REPLCONF", "ACK", "0"))), findings);
                    yield true;
                }
                // From 7.0 on a transaction takes no PSYNC, whoever asks; before, it is queued as any other.
                case QUEUE -> {
                    boolean queued = server.version().isPresent() && !server.atLeast(7, 0);
                    if (queued) {
                        judge(server, rights.refused(List.of(psync())), findings);
                    }
                    yield queued;
                }
            };
        }
    }

    private static List<String> psync() {
        return List.of("PSYNC", "?", "-1");
    }

    private static void refused(Server server, Reply.Failure failure, Findings findings) {
        if (failure.code().equals("NOPERM")) {
            findings.fail(server.name(), "refused REPLCONF: " + Server.quoted(failure), GRANT);
        } else {
            findings.fail(
                    server.name(),
                    "refused REPLCONF: " + Server.quoted(failure)
                            + "; it looks like a proxy, or a service that does not" + " let itself be replicated",
                    "give the addresses of the nodes themselves");
        }
    }

    private static void judge(Server server, List<Rights.Refusal> refused, Findings findings) {
        for (Rights.Refusal refusal : refused) {
            findings.fail(server.name(), "may not " + refusal.command() + ": '" + refusal.reason() + "'", GRANT);
        }
    }
}
