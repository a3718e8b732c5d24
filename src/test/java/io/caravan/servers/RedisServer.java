package io.caravan.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One server process on 127.0.0.1, with a port and a temporary folder of its own until {@link #close()}.
 *
 * <p>The process ends and its folder goes with this JVM, even if that dies of {@code kill -9}: see {@link OrphanWatch}.
 * All methods are for one thread at a time, except {@link #client()}, {@link #connect()} and {@link #command}.
 */
public final class RedisServer implements Deployment, AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int PORT_ATTEMPTS = 5;

    private final ServerOptions options;
    private final ServerProcess process;
    private int port = Ports.take();
    private Optional<SlowLink> link = Optional.empty();
    private Optional<RespClient> ownClient = Optional.empty();

    /** Where the cluster tells others that the node is; 0: at its port. */
    private volatile int announced;

    RedisServer(ServerOptions options) {
        this.options = options;
        process = new ServerProcess(options.program());
        launch();
    }

    /** Options for a server run by this program. */
    public static ServerOptions on(ServerProgram program) {
        return new ServerOptions(program);
    }

    /** A server without options. */
    public static RedisServer start(ServerProgram program) {
        return on(program).start();
    }

    private void launch() {
        if (options.isTls()) {
            TlsIdentity.writeTo(folder());
        }
        if (options.isLinked() && link.isEmpty()) {
            link = Optional.of(SlowLink.to(port));
        }
        link.ifPresent(SlowLink::open);
        process.start(options.configuration(port(), port, process.folder().toString()));
    }

    /** Returns when the server has loaded its data and answers; takes another port if somebody was faster at ours. */
    void awaitReady() {
        for (int attempt = 1; !answers(); attempt++) {
            if (attempt == PORT_ATTEMPTS) {
                throw new AssertionError(this + " found no free port in " + attempt + " attempts; its log:\n" + log());
            }
            link.ifPresent(SlowLink::close);
            link = Optional.empty();
            Ports.giveBack(port);
            port = Ports.take();
            launch();
        }
    }

    /** False if the port was taken. The log proves that the one who answers is ours. */
    private boolean answers() {
        return Await.until(this + " answers", START_LIMIT, this::readiness, ready -> ready != Readiness.STARTING)
                == Readiness.READY;
    }

    private enum Readiness {
        STARTING,
        READY,
        PORT_TAKEN
    }

    private Readiness readiness() {
        if (!process.isAlive()) {
            if (process.logSinceStart().contains("bind: Address")) { // "… already in use", with musl "… in use"
                return Readiness.PORT_TAKEN;
            }
            throw new AssertionError(this + " ended; its log:\n" + log());
        }
        // "Ready to accept connections", in 3.2 "… is now ready to accept connections".
        if (!process.logSinceStart().contains("eady to accept connections")) {
            return Readiness.STARTING;
        }
        try (RespClient client = endpoint().open()) {
            return client.call("PING") == null ? Readiness.STARTING : Readiness.READY;
        } catch (RespError e) {
            return e.code().equals("LOADING") ? Readiness.STARTING : Readiness.READY; // NOAUTH, NOPERM: it is up
        }
    }

    public ServerProgram program() {
        return options.program();
    }

    public String host() {
        return "127.0.0.1";
    }

    /** Where clients and other nodes reach it. */
    public int port() {
        return link.map(SlowLink::port).orElse(port);
    }

    /** The port of the cluster bus, to which no link leads. */
    int busPort() {
        return Ports.busOf(port);
    }

    /** The network before a server that was started {@link ServerOptions#linked()}. */
    public SlowLink link() {
        return link.orElseThrow(() -> new IllegalStateException(this + " was not started with a link"));
    }

    /** The port at which the other nodes of a cluster say that this one is. */
    public int announcedPort() {
        return announced == 0 ? port() : announced;
    }

    /** Lets a node of a cluster be known at another port, that of a proxy, say; 0: at its own again. From 7.0 on. */
    public void announce(int newPort) {
        command("CONFIG", "SET", "cluster-announce-port", Integer.toString(newPort));
        announced = newPort;
    }

    /** With the default user's password, and over TLS where the server speaks that. */
    public Endpoint endpoint() {
        SocketFactory sockets = options.isTls() ? TlsIdentity.sockets() : SocketFactory.getDefault();
        return new Endpoint(host(), port(), "", options.password(), sockets);
    }

    /** The certificate that a TLS client has to trust, in PEM form; its key lies beside it as {@code tls.key}. */
    public Path certificate() {
        return folder().resolve(TlsIdentity.CERTIFICATE_FILE);
    }

    /** The server's working folder, with {@code redis.conf}, {@code server.log} and its data files. */
    public Path folder() {
        return process.folder();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Alive and not paused. */
    public boolean isResponsive() {
        return process.isResponsive();
    }

    /** The last lines of the log, for messages. */
    public String log() {
        return process.log();
    }

    /** Runs a command on the default user's connection; bulk strings in the reply are text. */
    public @Nullable Object command(String... words) {
        return RespClient.text(command(Request.of((Object[]) words)));
    }

    /** Runs a command on the default user's connection; bulk strings in the reply are bytes. */
    public @Nullable Object command(byte[]... words) {
        return command(Request.of((Object[]) words));
    }

    /** A lost connection fails this call; the next one opens another. */
    public synchronized @Nullable Object command(Request request) {
        RespClient client = ownClient.orElseGet(() -> endpoint().open());
        ownClient = Optional.empty();
        try {
            Object reply = client.call(request);
            ownClient = Optional.of(client);
            return reply;
        } catch (RespError e) {
            ownClient = Optional.of(client);
            throw e;
        } catch (UncheckedIOException e) {
            client.close();
            throw e;
        }
    }

    /** The reply of a command that answers with a number: {@code number("DBSIZE")}. */
    public long number(String... words) {
        return (Long) Objects.requireNonNull(command(Request.of((Object[]) words)));
    }

    /** One field of INFO, {@code info("replication", "role")}; empty if it is absent. */
    public String info(String section, String field) {
        return String.valueOf(command("INFO", section))
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** A new connection of the default user. */
    public RespClient client() {
        return endpoint().open();
    }

    @Override
    public DeploymentClient connect() {
        return new StandaloneClient(endpoint());
    }

    /** Starts again on the same port with what is on disk; a live server first saves its snapshot and ends. */
    public void restart() {
        shutDown("SAVE");
        startAgain();
    }

    /** Starts again on another port with what is on disk; a node of a cluster is the same node there. */
    public void restartElsewhere() {
        shutDown("SAVE");
        int before = port;
        port = Ports.take();
        Ports.giveBack(before);
        startAgain();
    }

    /** Starts again on the same port without data; a cluster node keeps its place in the cluster. */
    public void restartEmpty() {
        shutDown("NOSAVE");
        try (Stream<Path> files = Files.walk(folder())) {
            for (Path file : files.sorted(Comparator.reverseOrder())
                    .filter(RedisServer::isData)
                    .toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        startAgain();
    }

    private static boolean isData(Path file) {
        String path = file.toString();
        return path.endsWith(".rdb") || path.endsWith(".aof") || path.endsWith(".manifest");
    }

    private void shutDown(String mode) {
        if (!process.isAlive()) {
            return;
        }
        try {
            command("SHUTDOWN", mode);
        } catch (UncheckedIOException e) {
            process.awaitEnd(); // A server that obeys closes the connection instead of answering.
        }
        if (process.isAlive()) {
            throw new AssertionError(this + " does not shut down; its log:\n" + log());
        }
    }

    private void startAgain() {
        closeOwnClient();
        link.ifPresent(SlowLink::shut);
        launch();
        if (!answers()) {
            throw new AssertionError("port " + port + " was taken while " + this + " restarted");
        }
    }

    /** SIGKILL; {@link #restart()} starts it again with what is on disk. */
    public void kill() {
        process.kill();
        link.ifPresent(SlowLink::shut);
        closeOwnClient();
    }

    /** SIGSTOP: connections stay open and nobody answers. */
    public void pause() {
        process.pause();
    }

    /** SIGCONT. */
    public void resume() {
        process.resume();
    }

    private synchronized void closeOwnClient() {
        ownClient.ifPresent(RespClient::close);
        ownClient = Optional.empty();
    }

    /** Kills the process and removes its folder. */
    @Override
    public void close() {
        closeOwnClient();
        process.remove();
        link.ifPresent(SlowLink::close);
        Ports.giveBack(port);
    }

    @Override
    public String toString() {
        return options.program() + " at " + endpoint();
    }
}
