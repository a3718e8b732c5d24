package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerVersion;
import io.caravan.sync.Operations.Line;
import io.caravan.sync.Operations.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The clients of a source: run operations as they are written down. One connection to each master, and one for each command
 * that blocks. One thread.
 */
final class OperationClients implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern KEY = Pattern.compile("%([a-z]+)");

    private final boolean cluster;
    private final boolean databases;
    private final RedisServer spare;
    private final ServerVersion version;
    private final Set<String> known;
    private final Map<RedisServer, RespClient> connections = new LinkedHashMap<>();
    private final List<Operation> done = new ArrayList<>();
    private byte[] answer = {};

    /**
     * Clients of these masters.
     *
     * @param databases whether source and destination have several
     * @param spare a server that keys may be migrated to
     */
    OperationClients(List<RedisServer> masters, boolean databases, RedisServer spare) {
        cluster = masters.size() > 1;
        this.databases = databases;
        this.spare = spare;
        version = masters.get(0).program().version();
        known = commands(masters.get(0), flags -> true);
        masters.forEach(master -> connections.put(master, master.client()));
    }

    /** The commands of a server that have such flags: {@code COMMAND} says {@code [name, arity, [flags], …]} of each. */
    static Set<String> commands(RedisServer server, Predicate<List<?>> wanted) {
        List<?> commands = (List<?>) Objects.requireNonNull(server.command("COMMAND"));
        return commands.stream()
                .map(command -> (List<?>) command)
                .filter(command -> wanted.test((List<?>) command.get(2)))
                .map(command -> command.get(0).toString().toUpperCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A command that waits for others to serve it. */
    private record Blocked(RespClient connection, Request request) {}

    /** Runs those operations that the source knows. */
    void run(List<Operation> operations) {
        operations.stream().filter(this::isPossible).forEach(this::run);
    }

    /** What was run. */
    List<Operation> done() {
        return done;
    }

    private boolean isPossible(Operation operation) {
        return known.contains(operation.name())
                && switch (operation.where()) {
                    case ANYWHERE -> true;
                    case STANDARD -> !cluster;
                    case DATABASES -> databases;
                };
    }

    private boolean isPossible(Line line) {
        return line.needs().isEmpty() || (line.needs().equals("databases") ? databases : version.atLeast(line.needs()));
    }

    private void run(Operation operation) {
        RedisServer master = master(operation);
        List<Blocked> blocked = new ArrayList<>();
        for (Line line : operation.lines()) {
            if (isPossible(line)) {
                switch (line.recipient()) {
                    case MASTER -> call(operation, line, connection(master));
                    case EVERY_MASTER -> connections.values().forEach(each -> call(operation, line, each));
                    case BLOCKING -> blocked.add(block(operation, line, master));
                }
            }
        }
        blocked.forEach(one -> awaitServed(operation, one));
        done.add(operation);
    }

    private RespClient connection(RedisServer master) {
        return Objects.requireNonNull(connections.get(master));
    }

    /** The master that has the operation's keys, which are all in one slot. */
    private RedisServer master(Operation operation) {
        for (var entry : connections.entrySet()) {
            Request request = Request.of("TYPE", prefix(operation) + "a");
            List<?> replies = entry.getValue().pipeline(List.of(request));
            if (!(replies.get(0) instanceof RespError)) {
                return entry.getKey();
            }
        }
        throw new AssertionError("no master has the keys of " + operation.name());
    }

    private void call(Operation operation, Line line, RespClient connection) {
        try {
            Object reply = connection.call(request(operation, line));
            if (line.command().matches("DUMP .*|SCRIPT LOAD .*") && reply instanceof byte[] bytes) {
                answer = bytes;
            }
        } catch (RespError e) {
            throw new AssertionError(operation.name() + ": '" + line.command() + "' was refused: " + e.getMessage(), e);
        }
    }

    private Blocked block(Operation operation, Line line, RedisServer master) {
        int before = blockedClients(master);
        Request request = request(operation, line);
        RespClient connection = master.client();
        connection.send(request);
        connection.flush();
        Await.until(
                operation.name() + ": '" + line.command() + "' blocks",
                PATIENCE,
                () -> blockedClients(master),
                now -> now == before + 1);
        return new Blocked(connection, request);
    }

    private static int blockedClients(RedisServer master) {
        return Integer.parseInt(master.info("clients", "blocked_clients"));
    }

    private static void awaitServed(Operation operation, Blocked blocked) {
        try (RespClient connection = blocked.connection()) {
            assertThat(connection.read(blocked.request()))
                    .as("%s: what '%s' was served with", operation.name(), blocked.request())
                    .isNotNull()
                    .isNotInstanceOf(RespError.class);
        }
    }

    private Request request(Operation operation, Line line) {
        String command = line.command()
                .replace("%spare.host", spare.host())
                .replace("%spare.port", Integer.toString(spare.port()));
        command = KEY.matcher(command).replaceAll(key -> prefix(operation) + key.group(1));
        return Request.of(RecordedStreams.arguments(command, System.currentTimeMillis()).stream()
                .map(this::word)
                .toArray());
    }

    private byte[] word(byte[] written) {
        return switch (new String(written, StandardCharsets.ISO_8859_1)) {
            case "$" -> answer;
            case "$$" -> new byte[] {'$'};
            default -> written;
        };
    }

    /** What the names of the operation's keys begin with. */
    private String prefix(Operation operation) {
        String name = operation.name().toLowerCase(Locale.ROOT);
        return cluster ? "{" + name + "}:" : name + ":";
    }

    @Override
    public void close() {
        connections.values().forEach(RespClient::close);
    }
}
