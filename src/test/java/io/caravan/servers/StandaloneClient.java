package io.caravan.servers;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client of one server. It opens a lost connection again with the next call, so the server may be restarted. */
final class StandaloneClient implements DeploymentClient {
    private final Endpoint endpoint;
    private Optional<RespClient> connection;
    private int database;
    private long retries;

    StandaloneClient(Endpoint endpoint) {
        this.endpoint = endpoint;
        connection = Optional.of(endpoint.open());
    }

    @Override
    public List<@Nullable Object> run(List<Request> requests) {
        Object[] replies = new Object[requests.size()];
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            open.add(i);
        }
        Patience patience = new Patience();
        for (boolean first = true; first || (!open.isEmpty() && patience.isLeft()); first = false) {
            if (!first) {
                retries += open.size();
                patience.awaitNextRound();
            }
            List<@Nullable Object> round =
                    attempt(open.stream().map(requests::get).toList());
            for (int i = 0; i < round.size(); i++) {
                replies[open.get(i)] = round.get(i);
            }
            open = open.stream().filter(i -> Patience.isPassing(replies[i])).toList();
        }
        return Arrays.asList(replies);
    }

    private List<@Nullable Object> attempt(List<Request> requests) {
        RespClient client;
        try {
            client = connected();
        } catch (UncheckedIOException e) {
            return Collections.nCopies(requests.size(), Patience.noConnection(e));
        }
        List<@Nullable Object> replies = new ArrayList<>(requests.size());
        try {
            requests.forEach(client::send);
            requests.forEach(request -> replies.add(client.read(request)));
        } catch (UncheckedIOException e) {
            replies.addAll(Collections.nCopies(requests.size() - replies.size(), RespError.unanswered(e)));
            close();
        }
        return replies;
    }

    private RespClient connected() {
        if (connection.isEmpty()) {
            RespClient client = endpoint.open();
            connection = Optional.of(client);
            if (database != 0) {
                client.call("SELECT", Integer.toString(database));
            }
        }
        return connection.get();
    }

    @Override
    public List<RespClient> masters() {
        return List.of(connected());
    }

    @Override
    public void select(int newDatabase) {
        database = newDatabase;
        connected().call("SELECT", Integer.toString(newDatabase));
    }

    @Override
    public long retries() {
        return retries;
    }

    @Override
    public void close() {
        connection.ifPresent(RespClient::close);
        connection = Optional.empty();
    }
}
