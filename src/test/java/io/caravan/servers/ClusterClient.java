package io.caravan.servers;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A small client of a cluster: sends each request to its slot's master, follows MOVED and ASK, waits out TRYAGAIN and
 * CLUSTERDOWN. A batch is grouped by node and sent to all nodes before the first reply is read.
 *
 * <p>It learns the slots at the first request and again after each redirection, at most once a round.
 */
final class ClusterClient implements DeploymentClient {
    private final List<Endpoint> seeds;
    private final IntUnaryOperator portOf;
    private final Map<Endpoint, RespClient> connections = new LinkedHashMap<>();
    private final Map<Integer, Endpoint> slots = new LinkedHashMap<>();
    private boolean slotsKnown;
    private long retries;

    ClusterClient(List<Endpoint> seeds) {
        this(seeds, port -> port);
    }

    /** @param portOf where a node is that the cluster says to be at a port */
    ClusterClient(List<Endpoint> seeds, IntUnaryOperator portOf) {
        this.seeds = List.copyOf(seeds);
        this.portOf = portOf;
    }

    /** One request on its way: where it goes next, and what came back. */
    private static final class Errand {
        private final Request request;
        private final Optional<Integer> slot;
        private Optional<Endpoint> askFirst = Optional.empty();
        private @Nullable Object reply;

        Errand(Request request) {
            this.request = request;
            slot = request.key().map(HashSlots::of);
        }

        boolean isRefused() {
            return reply instanceof RespError error
                    && (error.code().equals("MOVED") || error.code().equals("ASK") || Patience.isPassing(error));
        }
    }

    @Override
    public List<@Nullable Object> run(List<Request> requests) {
        List<Errand> all = requests.stream().map(Errand::new).toList();
        List<Errand> open = all;
        Patience patience = new Patience();
        while (!open.isEmpty()) {
            attempt(open);
            open = open.stream().filter(Errand::isRefused).toList();
            if (open.isEmpty() || !patience.isLeft()) {
                break;
            }
            retries += open.size();
            if (open.stream().anyMatch(errand -> Patience.isPassing(errand.reply))) {
                slotsKnown = false;
                patience.awaitNextRound();
            }
            open.forEach(this::redirect);
        }
        List<@Nullable Object> replies = new ArrayList<>(all.size());
        all.forEach(errand -> replies.add(errand.reply));
        return replies;
    }

    /** {@code MOVED <slot> <host>:<port>}: from now on there. {@code ASK …}: this request only. */
    private void redirect(Errand errand) {
        errand.askFirst = Optional.empty();
        if (errand.reply instanceof RespError error && !Patience.isPassing(error)) {
            Endpoint told = Endpoint.parse(error.words().get(2));
            Endpoint target = seeds.get(0).at(told.host(), portOf.applyAsInt(told.port()));
            if (error.code().equals("ASK")) {
                errand.askFirst = Optional.of(target);
            } else {
                slots.put(Integer.valueOf(error.words().get(1)), target);
            }
        }
    }

    private void attempt(List<Errand> errands) {
        Map<Endpoint, List<Errand>> groups = new LinkedHashMap<>();
        for (Errand errand : errands) {
            try {
                Endpoint node = nodeFor(errand);
                connected(node);
                groups.computeIfAbsent(node, key -> new ArrayList<>()).add(errand);
            } catch (UncheckedIOException e) {
                errand.reply = Patience.noConnection(e); // Nothing was sent: it may be sent again.
            }
        }
        groups.forEach(this::send);
        groups.forEach(this::read);
    }

    private void send(Endpoint node, List<Errand> errands) {
        RespClient client = connected(node);
        try {
            for (Errand errand : errands) {
                if (errand.askFirst.isPresent()) {
                    client.send(Request.of("ASKING"));
                }
                client.send(errand.request);
            }
            client.flush();
        } catch (UncheckedIOException e) {
            lose(node, errands, e);
        }
    }

    private void read(Endpoint node, List<Errand> errands) {
        Optional<RespClient> client = Optional.ofNullable(connections.get(node));
        if (client.isEmpty()) {
            return; // Lost while sending; the replies say so.
        }
        for (int i = 0; i < errands.size(); i++) {
            Errand errand = errands.get(i);
            try {
                if (errand.askFirst.isPresent()) {
                    client.get().read();
                }
                errand.reply = client.get().read(errand.request);
            } catch (UncheckedIOException e) {
                lose(node, errands.subList(i, errands.size()), e);
                return;
            }
        }
    }

    private void lose(Endpoint node, List<Errand> errands, UncheckedIOException cause) {
        Optional.ofNullable(connections.remove(node)).ifPresent(RespClient::close);
        slotsKnown = false;
        errands.forEach(errand -> errand.reply = RespError.unanswered(cause));
    }

    private Endpoint nodeFor(Errand errand) {
        if (errand.askFirst.isPresent()) {
            return errand.askFirst.get();
        }
        learnSlots();
        Optional<Endpoint> owner = errand.slot.flatMap(slot -> Optional.ofNullable(slots.get(slot)));
        return owner.or(() -> slots.values().stream().findFirst()).orElse(seeds.get(0));
    }

    private RespClient connected(Endpoint node) {
        return connections.computeIfAbsent(node, Endpoint::open);
    }

    private void learnSlots() {
        if (slotsKnown) {
            return;
        }
        List<Endpoint> candidates = new ArrayList<>(connections.keySet());
        candidates.addAll(seeds);
        Optional<UncheckedIOException> failure = Optional.empty();
        for (Endpoint node : candidates) {
            try {
                learnSlotsFrom(node);
                slotsKnown = true;
                return;
            } catch (UncheckedIOException e) {
                Optional.ofNullable(connections.remove(node)).ifPresent(RespClient::close);
                failure = Optional.of(e);
            }
        }
        throw failure.orElseThrow();
    }

    /** CLUSTER SLOTS: for each range {@code [first, last, [host, port, …] of the master, …]}. */
    private void learnSlotsFrom(Endpoint node) {
        slots.clear();
        for (Object range : (List<?>) answer(node)) {
            List<?> parts = (List<?>) range;
            List<?> master = (List<?>) parts.get(2);
            String host = new String((byte[]) master.get(0), StandardCharsets.UTF_8);
            int port = portOf.applyAsInt(Math.toIntExact((Long) master.get(1)));
            Endpoint owner = node.at(host.isEmpty() ? node.host() : host, port);
            for (long slot = (Long) parts.get(0); slot <= (Long) parts.get(1); slot++) {
                slots.put((int) slot, owner);
            }
        }
    }

    private Object answer(Endpoint node) {
        Object reply = connected(node).call(Request.of("CLUSTER", "SLOTS"));
        return reply == null ? List.of() : reply;
    }

    @Override
    public List<RespClient> masters() {
        slotsKnown = false;
        learnSlots();
        return slots.values().stream().distinct().map(this::connected).toList();
    }

    @Override
    public void select(int database) {
        if (database != 0) {
            throw new IllegalArgumentException("a cluster has no database " + database);
        }
    }

    @Override
    public long retries() {
        return retries;
    }

    @Override
    public void close() {
        connections.values().forEach(RespClient::close);
        connections.clear();
    }

    @Override
    public String toString() {
        return "client of the cluster " + Arrays.toString(seeds.toArray());
    }
}
