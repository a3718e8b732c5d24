package io.caravan.servers;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A blocking client of a whole deployment, for one thread at a time. */
public interface DeploymentClient extends AutoCloseable {
    /** How long a client goes on trying while servers refuse. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * Runs all requests, pipelined, and returns their replies in the order of the requests. An error reply is a
     * {@link RespError} in the list, as is a reply that a lost connection took away ({@link RespError#isUnanswered()}).
     *
     * <p>What a server refused without running it (a redirection, LOADING, CLUSTERDOWN, no connection) is sent again for up
     * to {@link #PATIENCE}; then its error is the reply. Requests on one key run in their order, unless their slot moves meanwhile: the first may be refused and sent
     * again after the second. Who writes during a move gives each key at most one request a call.
     */
    List<@Nullable Object> run(List<Request> requests);

    /** A connection to each master, for SCAN, DBSIZE and INFO; closed with this client. */
    List<RespClient> masters();

    /** Changes the database; a cluster has 0 only. */
    void select(int database);

    /** How many redirections and refusals were followed or waited out so far. */
    long retries();

    @Override
    void close();

    /** Runs one request; throws {@link RespError} for an error reply. */
    default @Nullable Object call(Request request) {
        Object reply = run(List.of(request)).get(0);
        if (reply instanceof RespError error) {
            throw error.to(request);
        }
        return reply;
    }

    /** Runs one command; bulk strings in the reply are text. */
    default @Nullable Object call(String... words) {
        return RespClient.text(call(Request.of((Object[]) words)));
    }

    /** The number of keys in the selected database of all masters. */
    default long size() {
        return masters().stream()
                .mapToLong(master -> (Long) Objects.requireNonNull(master.call("DBSIZE")))
                .sum();
    }

    /** The version of the first master; Valkey's own, not the {@code redis_version} that it claims. */
    default ServerVersion version() {
        String info = String.valueOf(masters().get(0).call("INFO", "server"));
        return info.lines()
                .filter(line -> line.startsWith("redis_version:") || line.startsWith("valkey_version:"))
                .max(Comparator.naturalOrder()) // "valkey_version" sorts behind "redis_version"
                .map(line -> ServerVersion.parse(line.substring(line.indexOf(':') + 1)))
                .orElseThrow();
    }
}
