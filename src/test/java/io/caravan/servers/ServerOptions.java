package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;

/**
 * How a server is to be started; made by {@link RedisServer#on}. Without options: no password, no persistence, no delay
 * before a diskless snapshot, DEBUG allowed, everything else as the server has it.
 */
public final class ServerOptions {
    private final ServerProgram program;
    private final List<String> lines = new ArrayList<>();
    private String password = "";
    private boolean tls;
    private boolean linked;

    ServerOptions(ServerProgram program) {
        this.program = program;
        // With a delay of 5 s, the default from 7.0 on, every first synchronization would take as long.
        option("repl-diskless-sync-delay", "0");
        option("save", "\"\"");
        if (program.atLeast("7.0")) {
            option("enable-debug-command", "local");
        }
    }

    /** A line of redis.conf; the value is quoted as there. The later of two lines counts, where only one can. */
    public ServerOptions option(String directive, String value) {
        lines.add(directive + " " + (value.isEmpty() ? "\"\"" : value));
        return this;
    }

    /** The default user's password, for clients and for replication; the harness's own clients use it. */
    public ServerOptions password(String newPassword) {
        password = newPassword;
        return option("requirepass", newPassword).option("masterauth", newPassword);
    }

    /** An ACL user: {@code user("caravan", "secret", "~*", "+@all")}. From 6.0 on. */
    public ServerOptions user(String name, String userPassword, String... rules) {
        return option("user", name + " on >" + userPassword + " " + String.join(" ", rules));
    }

    public ServerOptions appendOnly() {
        return option("appendonly", "yes");
    }

    /**
     * TLS only, on the server's port, also between nodes. Clients need no certificate, unless {@code tls-auth-clients} says
     * so. Where {@link ServerProgram#hasTls()}.
     */
    public ServerOptions tls() {
        tls = true;
        return option("tls-auth-clients", "no").option("tls-replication", "yes").option("tls-cluster", "yes");
    }

    /** A cluster node without slots; {@link RedisCluster} makes whole clusters. */
    public ServerOptions clusterNode(int nodeTimeoutMillis) {
        return option("cluster-enabled", "yes")
                .option("cluster-config-file", "nodes.conf")
                .option("cluster-node-timeout", Integer.toString(nodeTimeoutMillis));
    }

    /**
     * Puts a {@link SlowLink} before the server: its port, also the one that it announces to other nodes and to clients, is the
     * link's. Not with TLS.
     */
    public ServerOptions linked() {
        linked = true;
        return this;
    }

    /** Starts the server and returns when it answers. */
    public RedisServer start() {
        RedisServer server = launch();
        try {
            server.awaitReady();
            return server;
        } catch (RuntimeException | AssertionError e) {
            server.close();
            throw e;
        }
    }

    /** Starts the server without waiting for it, so that several start at once. */
    RedisServer launch() {
        return new RedisServer(this);
    }

    ServerProgram program() {
        return program;
    }

    String password() {
        return password;
    }

    boolean isLinked() {
        return linked;
    }

    boolean isTls() {
        return tls;
    }

    /**
     * @param port where clients and other nodes reach it
     * @param ownPort where it listens; another one if it is {@link #linked()}
     */
    List<String> configuration(int port, int ownPort, String folder) {
        List<String> all = new ArrayList<>(List.of(
                "bind 127.0.0.1",
                "port " + (tls ? 0 : ownPort),
                "dir \"" + folder + "\"",
                "daemonize no",
                "supervised no"));
        if (tls) {
            all.add("tls-port " + port);
            all.add("tls-cert-file " + TlsIdentity.CERTIFICATE_FILE);
            all.add("tls-ca-cert-file " + TlsIdentity.CERTIFICATE_FILE);
            all.add("tls-key-file " + TlsIdentity.KEY_FILE);
        }
        if (linked) {
            all.add("cluster-announce-port " + port);
            all.add("cluster-announce-bus-port " + Ports.busOf(ownPort));
        }
        all.addAll(lines);
        return all;
    }

    ServerOptions copy() {
        ServerOptions copy = new ServerOptions(program);
        copy.lines.clear();
        copy.lines.addAll(lines);
        copy.password = password;
        copy.tls = tls;
        copy.linked = linked;
        return copy;
    }
}
