package io.caravan.precheck;

import io.caravan.node.Refusal;
import io.caravan.node.ServerInfo;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.Optional;

/** Whether a side is a standard server or a cluster, spoken to directly; proxies and Sentinels are not. */
final class Architecture {

    private static final String GIVE_NODES =
            "give the addresses of the nodes themselves (of a cluster: one or more of its"
                    + " nodes; else the master's)";

    private static final String WAIT =
            "wait until that has passed, and check again; or give another node of the cluster";

    private Architecture() {}

    static void look(Facts facts, Side side, Findings findings) throws IOException {
        for (Server server : side.masters()) {
            if (server.refusal().isPresent()) {
                lookAtRefusal(server, server.refusal().get(), findings);
            } else {
                lookAt(side, server, findings);
            }
        }
        side.topologyRefusal().ifPresent(refusal -> lookAtTopologyRefusal(side.first(), refusal, findings));
        String kind = side.first().info().field("redis_mode").orElse("standard");
        findings.summary(
                side.isCluster()
                        ? "cluster of " + side.masters().size() + " masters"
                        : kind.equals("standalone") ? "standard" : kind);
    }

    private static void lookAtRefusal(Server server, Reply.Failure refusal, Findings findings) {
        if (new Refusal(refusal.text()).isOfRights()) {
            findings.warn(
                    server.name(),
                    "does not tell what it is: " + Server.quoted(refusal)
                            + "; the given nodes are taken for the masters",
                    "grant the user +info, and +cluster|nodes (+cluster before Redis 7.0) for a cluster");
        } else {
            findings.fail(server.name(), "cannot tell what it is at the moment: " + Server.quoted(refusal), WAIT);
        }
    }

    private static void lookAtTopologyRefusal(Server server, Refusal refusal, Findings findings) {
        String quoted = "'" + MalformedRespException.quote(refusal.text()) + "'";
        if (refusal.isOfRights()) {
            findings.warn(
                    server.name(),
                    "does not tell the nodes of its cluster: " + quoted + "; the given nodes are taken for the masters",
                    "grant the user +cluster|nodes (+cluster before Redis 7.0)");
        } else {
            findings.fail(server.name(), "cannot tell the nodes of its cluster at the moment: " + quoted, WAIT);
        }
    }

    private static void lookAt(Side side, Server server, Findings findings) throws IOException {
        ServerInfo info = server.info();
        if (info.field("redis_mode").filter("sentinel"::equals).isPresent()) {
            findings.fail(
                    server.name(),
                    "is a Sentinel, which holds no keys" + mastersOf(server),
                    "give the address of the master that it watches");
        } else if (info.field("run_id").isEmpty() || info.field("role").isEmpty()) {
            findings.fail(
                    server.name(),
                    "INFO has no run_id or no role, as where a proxy answers for the servers behind it",
                    GIVE_NODES);
        } else if (!info.field("run_id").equals(side.infoAgain(server).field("run_id"))) {
            findings.fail(
                    server.name(),
                    "leads to another server with each connection, as a proxy or a read/write splitting address does",
                    GIVE_NODES);
        } else {
            lookAtRole(side, server, findings);
        }
    }

    private static void lookAtRole(Side side, Server server, Findings findings) throws IOException {
        boolean cluster = server.info().cluster();
        if (!cluster && server.info().replica()) {
            String of = server.info().master().map(master -> " of " + master).orElse("");
            findings.fail(
                    server.name(),
                    side.word().equals("source") ? "is a replica" + of : "is read-only: it is a replica" + of,
                    "give its master instead");
        } else if (!cluster && isWatchedBySentinel(server)) {
            findings.warn(
                    server.name(),
                    "is watched by a Sentinel; after a failover the task keeps to this address",
                    "after a failover mend the address and start the task again, or give a name that follows the master");
        }
    }

    /** Sentinels name their connections {@code sentinel-<id>-cmd} (sentinel.c, sentinelSetClientName). */
    private static boolean isWatchedBySentinel(Server server) throws IOException {
        Reply clients = server.ask("CLIENT", "LIST");
        return !(clients instanceof Reply.Failure) && clients.text().contains(" name=sentinel-");
    }

    /** {@code master0:name=mymaster,status=ok,address=127.0.0.1:6379,slaves=0,sentinels=1}. */
    private static String mastersOf(Server sentinel) {
        Optional<String> first = sentinel.info().beginningWith("master").values().stream()
                .filter(line -> line.contains("address="))
                .findFirst();
        return first.map(line -> "; it watches " + line.replaceAll(".*address=([^,]*).*", "$1"))
                .orElse("");
    }
}
