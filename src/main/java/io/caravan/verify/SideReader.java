package io.caravan.verify;

import io.caravan.node.NodeAddress;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.verify.Connector.Answers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys of one side, on connections of its own. Owned by one thread, which waits.
 *
 * <p>A key whose slot has moved meanwhile is asked for at its new place. What passes (a connection that breaks, a cluster that is down
 * for the moment, a server that is loading) is waited for, as long as the patience lasts.
 */
final class SideReader implements AutoCloseable {

    private static final int SCAN_COUNT = 500;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Set<String> PASSING =
            Set.of("MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "BUSY");
    private static final byte[] PTTL = ascii("PTTL");
    private static final byte[] PEXPIRETIME = ascii("PEXPIRETIME");
    private static final byte[] MEMORY = ascii("MEMORY");
    private static final byte[] USAGE = ascii("USAGE");
    private static final byte[] EXISTS = ascii("EXISTS");

    private final Deployment deployment;
    private final boolean saysMoments;
    private final Map<NodeAddress, Questions> connections = new HashMap<>();
    private final Set<NodeAddress> watched = new HashSet<>();
    private final long patienceNanos;
    private boolean mayWatch = true;
    private boolean watchBroken;

    /**
     * A reader without connections.
     *
     * @param saysMoments whether keys are asked for the moment at which they expire, and not for how long they live
     * @param patienceNanos how long to wait for what passes
     */
    SideReader(Deployment deployment, boolean saysMoments, long patienceNanos) {
        this.deployment = deployment;
        this.saysMoments = saysMoments;
        this.patienceNanos = patienceNanos;
    }

    /**
     * Some keys of a database, and where to go on.
     *
     * @param cursor {@code 0} at the end
     */
    record Page(String cursor, List<byte[]> keys) {}

    /** The next keys of a node. */
    Page scan(NodeAddress node, int database, String cursor) throws IOException {
        Questions questions = connection(node);
        questions.select(database);
        int scan = questions.add("SCAN", cursor, "COUNT", Integer.toString(SCAN_COUNT));
        Reply reply = questions.ask().get(scan);
        if (!(reply instanceof Reply.Elements page) || page.replies().size() != 2) {
            throw refused("SCAN", reply);
        }
        List<byte[]> keys = new ArrayList<>();
        if (page.replies().get(1) instanceof Reply.Elements found) {
            found.replies().forEach(key -> keys.add(bytes(key)));
        }
        return new Page(page.replies().get(0).text(), keys);
    }

    /** Reads values, in the order of the places. */
    List<Value> read(List<Place> places, Way way) throws IOException {
        return begin(places, way).finish();
    }

    /** Asks for values; what was begun has to be finished before anything else is asked. */
    Reading begin(List<Place> places, Way way) {
        return new Reading(places, way);
    }

    /** Values that were asked for. */
    final class Reading {

        private final List<Place> places;
        private final Way way;
        private final Map<Place, Value> values = new HashMap<>();
        private List<Round> rounds;

        private Reading(List<Place> places, Way way) {
            this.places = places;
            this.way = way;
            rounds = askOrTell(places, way);
        }

        /** Waits for them; in the order of the places. */
        List<Value> finish() throws IOException {
            long deadline = System.nanoTime() + patienceNanos;
            while (true) {
                var refused = new Refused(new ArrayList<>());
                for (Round round : rounds) {
                    round.understand(way, values, refused);
                }
                if (refused.places.isEmpty()) {
                    return places.stream().map(values::get).toList();
                }
                if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                    throw new IOException("the " + deployment.side() + " has not given '" + refused.places.get(0)
                            + "' for " + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s: " + refused.why);
                }
                rounds = again(refused);
            }
        }

        private List<Round> again(Refused refused) {
            if (!refused.elsewhere) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            try {
                deployment.refresh();
            } catch (IOException e) {
                return List.of(new Round(refused.places, e)); // nobody answers at the moment
            }
            return askOrTell(refused.places, way);
        }
    }

    private List<Round> askOrTell(List<Place> places, Way way) {
        try {
            return ask(places, way);
        } catch (IOException e) {
            return List.of(new Round(places, e)); // a node that does not let itself be connected to
        }
    }

    /** Keys that have to be asked for again. */
    private static final class Refused {

        private final List<Place> places;
        private String why = "";
        private boolean elsewhere = true;

        private Refused(List<Place> places) {
            this.places = places;
        }

        private void add(Place place, String reason, boolean hasMoved) {
            places.add(place);
            why = reason;
            elsewhere &= hasMoved;
        }
    }

    /** Sends the questions about these keys to their nodes, all at once. */
    private List<Round> ask(List<Place> places, Way way) throws IOException {
        List<Round> rounds = new ArrayList<>();
        for (var node : byNode(places).entrySet()) {
            Questions questions = connection(node.getKey());
            int[] first = new int[node.getValue().size()];
            for (int i = 0; i < first.length; i++) {
                Place place = places.get(node.getValue().get(i));
                questions.select(place.database());
                first[i] = way.ask(questions, place.key(), saysMoments ? PEXPIRETIME : PTTL);
            }
            if (way == Way.WATCHED) {
                watched.add(node.getKey());
            }
            rounds.add(new Round(
                    node.getKey(), node.getValue().stream().map(places::get).toList(), first, questions.send()));
        }
        return rounds;
    }

    /** What one node was asked. */
    private final class Round {

        private final @Nullable NodeAddress node;
        private final List<Place> places;
        private final int[] first;
        private final Answers answers;

        private Round(NodeAddress node, List<Place> places, int[] first, Answers answers) {
            this.node = node;
            this.places = places;
            this.first = first;
            this.answers = answers;
        }

        /** Of questions that could not be asked. */
        private Round(List<Place> places, IOException problem) {
            node = null;
            this.places = places;
            first = new int[0];
            answers = () -> {
                throw problem;
            };
        }

        /** Puts the values in; into {@code refused} what has to be asked for again. */
        private void understand(Way way, Map<Place, Value> values, Refused refused) throws IOException {
            List<Reply> replies;
            try {
                replies = answers.await();
            } catch (IOException e) {
                drop(node);
                places.forEach(place -> refused.add(place, String.valueOf(e.getMessage()), false));
                return;
            }
            long now = System.currentTimeMillis();
            for (int i = 0; i < first.length; i++) {
                if (way.dump(replies, first[i]) instanceof Reply.Failure failure && PASSING.contains(failure.code())) {
                    boolean elsewhere =
                            failure.code().equals("MOVED") || failure.code().equals("ASK");
                    refused.add(places.get(i), "'" + MalformedRespException.quote(failure.text()) + "'", elsewhere);
                    continue;
                }
                if (way == Way.WATCHED && replies.get(first[i]) instanceof Reply.Failure) {
                    mayWatch = false;
                }
                values.put(places.get(i), value(way.parts(replies, first[i]), now));
            }
        }
    }

    /** Forgets a connection that is broken, and so whatever was watched on it. */
    private void drop(@Nullable NodeAddress node) {
        Questions broken = node == null ? null : connections.remove(node);
        if (broken != null) {
            broken.close();
        }
        watchBroken = true;
    }

    /** Whether the account may {@code WATCH}, as far as that has been tried. */
    boolean mayWatch() {
        return mayWatch;
    }

    /** Whether none of the keys that were read {@link Way#WATCHED} has been touched since. Ends the watch. */
    boolean isUnchanged() throws IOException {
        boolean unchanged = !watchBroken;
        for (NodeAddress node : watched) {
            Questions questions = connection(node);
            questions.add("MULTI");
            int exec = questions.add("EXEC");
            unchanged &= questions.ask().get(exec) instanceof Reply.Elements;
        }
        watched.clear();
        watchBroken = false;
        return unchanged;
    }

    /** Which of the keys are there; of those that have moved meanwhile it is said that they are not. */
    List<Boolean> exist(List<Place> places) throws IOException {
        return new Survey(places, key -> List.of(EXISTS, key))
                .finish().stream().map(reply -> reply.text().equals("1")).toList();
    }

    /** Asks how much memory each key takes; has to be finished before anything else is asked. */
    Survey beginSizes(List<Place> places) throws IOException {
        return new Survey(places, key -> List.of(MEMORY, USAGE, key));
    }

    /** One question about each key. */
    final class Survey {

        private final int keys;
        private final List<List<Integer>> asked = new ArrayList<>();
        private final List<int[]> indexes = new ArrayList<>();
        private final List<Answers> answers = new ArrayList<>();

        private Survey(List<Place> places, Function<byte[], List<byte[]>> question) throws IOException {
            keys = places.size();
            for (var node : byNode(places).entrySet()) {
                Questions questions = connection(node.getKey());
                int[] index = new int[node.getValue().size()];
                for (int i = 0; i < index.length; i++) {
                    Place place = places.get(node.getValue().get(i));
                    questions.select(place.database());
                    index[i] = questions.add(question.apply(place.key()));
                }
                asked.add(node.getValue());
                indexes.add(index);
                answers.add(questions.send());
            }
        }

        /** Waits for the replies; in the order of the places. */
        private List<Reply> finish() throws IOException {
            Reply[] replies = new Reply[keys];
            for (int n = 0; n < answers.size(); n++) {
                List<Reply> ofNode = answers.get(n).await();
                for (int i = 0; i < indexes.get(n).length; i++) {
                    replies[asked.get(n).get(i)] = ofNode.get(indexes.get(n)[i]);
                }
            }
            return Arrays.asList(replies);
        }

        /** Waits for them as numbers, 0 where a reply is none. */
        long[] numbers() throws IOException {
            return finish().stream()
                    .mapToLong(reply -> reply instanceof Reply.Number number ? number.value() : 0)
                    .toArray();
        }
    }

    /** Which of the places each node has, by number. */
    private Map<NodeAddress, List<Integer>> byNode(List<Place> places) throws IOException {
        Map<NodeAddress, List<Integer>> byNode = new LinkedHashMap<>();
        for (int i = 0; i < places.size(); i++) {
            byNode.computeIfAbsent(deployment.masterOf(places.get(i).key()), node -> new ArrayList<>())
                    .add(i);
        }
        return byNode;
    }

    /** What was asked: value, life, and maybe the role, which tells the offset. */
    private Value value(List<Reply> replies, long now) throws IOException {
        long offset = replies.size() > 2 && replies.get(2) instanceof Reply.Elements role
                ? Long.parseLong(role.replies().get(1).text())
                : -1;
        if (replies.get(0) instanceof Reply.Failure failure) {
            throw refused("DUMP", failure);
        }
        if (!(replies.get(0) instanceof Reply.Bulk dump)) {
            return new Value(null, 0, offset);
        }
        long life = Long.parseLong(replies.get(1).text());
        return new Value(dump.bytes(), life < 0 ? 0 : saysMoments ? life : now + life, offset);
    }

    private Questions connection(NodeAddress node) throws IOException {
        Questions known = connections.get(node);
        if (known == null) {
            known = new Questions(deployment.open(node));
            connections.put(node, known);
        }
        return known;
    }

    private IOException refused(String command, Reply reply) {
        return new IOException(deployment.side() + " refused " + command + ": '"
                + MalformedRespException.quote(reply.text())
                + "'; grant the user +scan +dump +pttl +pexpiretime +role +select +multi +exec on all keys");
    }

    private static byte[] bytes(Reply reply) {
        return reply instanceof Reply.Bulk bulk ? bulk.bytes() : ascii(reply.text());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Closes its connections. */
    @Override
    public void close() {
        connections.values().forEach(Questions::close);
        connections.clear();
    }
}
