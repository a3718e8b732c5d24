package io.caravan.verify;

import io.caravan.command.ReservedKeys;
import io.caravan.node.NodeAddress;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.verify.Connector.Answers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys of one side, on connections of its own. Owned by one thread, which waits.
 *
 * <p>A key whose slot has moved meanwhile is asked for at its new place. What passes (a connection that breaks, a cluster that is down
 * for the moment, a server that is loading) is waited for, as long as the patience lasts.
 */
final class SideReader implements AutoCloseable {

    private static final int SCAN_COUNT = 500;

    /** Of keys that a node looks through at once, for a millisecond or two. */
    private static final int OWN_COUNT = 1000;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Set<String> PASSING =
            Set.of("MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "BUSY");
    private static final byte[] PTTL = ascii("PTTL");
    private static final byte[] PEXPIRETIME = ascii("PEXPIRETIME");

    private final Deployment deployment;
    private final boolean saysMoments;
    private final NodeConnections connections;
    private final Map<Questions, NodeAddress> watched = new HashMap<>();
    private final long patienceNanos;
    private boolean mayWatch = true;

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
        connections = new NodeConnections(deployment);
    }

    /**
     * Some keys of a database, and where to go on.
     *
     * @param cursor {@code 0} at the end
     */
    record Page(String cursor, List<byte[]> keys) {}

    /**
     * The next keys of a node.
     *
     * @throws WalkLostException if it does not answer now
     */
    Page scan(NodeAddress node, int database, String cursor) throws IOException {
        return page(node, database, "SCAN", cursor, "COUNT", Integer.toString(SCAN_COUNT));
    }

    /**
     * The next of Caravan's own keys of a node; the node looks through its other keys for them.
     *
     * @throws WalkLostException if it does not answer now
     */
    Page scanOwn(NodeAddress node, int database, String cursor) throws IOException {
        return page(
                node,
                database,
                "SCAN",
                cursor,
                "MATCH",
                ReservedKeys.PREFIX + "*",
                "COUNT",
                Integer.toString(OWN_COUNT));
    }

    private Page page(NodeAddress node, int database, String... command) throws IOException {
        Reply reply;
        try {
            Questions questions = connections.to(node);
            questions.select(database);
            int scan = questions.add(command);
            reply = questions.ask().get(scan);
        } catch (IOException e) {
            connections.drop(node);
            throw new WalkLostException(e);
        }
        if (reply instanceof Reply.Failure failure && PASSING.contains(failure.code())) {
            throw new WalkLostException(deployment.side() + " " + node + " says '" + failure.text() + "'");
        }
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
    Reading<Value> begin(List<Place> places, Way way) {
        return new Reading<>(places, way, this::value);
    }

    /** Which of the keys are there. */
    List<Boolean> exist(List<Place> places) throws IOException {
        return new Reading<>(places, Way.EXISTENCE, (parts, now) -> exists(parts.get(0))).finish();
    }

    private boolean exists(Reply reply) throws IOException {
        if (reply instanceof Reply.Number number) {
            return number.value() == 1;
        }
        throw refused("EXISTS", reply);
    }

    /** Asks how much memory each key takes, 0 where that is not told; has to be finished before anything else is asked. */
    Reading<Long> beginSizes(List<Place> places) {
        return new Reading<>(
                places, Way.SIZE, (parts, now) -> parts.get(0) instanceof Reply.Number number ? number.value() : 0L);
    }

    /** What the answers about a key mean. */
    @FunctionalInterface
    private interface Understanding<T> {

        /** @param now when they came, milliseconds since 1970 */
        T of(List<Reply> parts, long now) throws IOException;
    }

    /** Something that was asked about keys. */
    final class Reading<T> {

        private final List<Place> places;
        private final Way way;
        private final Understanding<T> understanding;
        private final Map<Place, T> found = new HashMap<>();
        private List<Round> rounds;
        private boolean isRepeated;

        private Reading(List<Place> places, Way way, Understanding<T> understanding) {
            this.places = places;
            this.way = way;
            this.understanding = understanding;
            rounds = askOrTell(places, way);
        }

        /** Waits for the answers; in the order of the places. */
        List<T> finish() throws IOException {
            long deadline = System.nanoTime() + patienceNanos;
            while (true) {
                var refused = new Refused(new ArrayList<>());
                for (Round round : rounds) {
                    round.understand(way, understanding, found, refused);
                }
                if (refused.places.isEmpty()) {
                    return places.stream().map(found::get).toList();
                }
                if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                    throw new IOException("the " + deployment.side() + " has not given '" + refused.places.get(0)
                            + "' for " + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s: " + refused.why);
                }
                rounds = again(refused);
            }
        }

        private List<Round> again(Refused refused) {
            if (!refused.elsewhere || isRepeated) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            isRepeated = true;
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
            rounds.add(ask(node.getKey(), node.getValue(), way));
        }
        return rounds;
    }

    private Round ask(NodeAddress node, List<Place> places, Way way) throws IOException {
        Questions questions = connections.to(node);
        int[] first = new int[places.size()];
        for (int i = 0; i < first.length; i++) {
            questions.select(places.get(i).database());
            first[i] = way.ask(questions, places.get(i).key(), saysMoments ? PEXPIRETIME : PTTL);
        }
        if (way == Way.WATCHED) {
            watched.put(questions, node);
        }
        try {
            return new Round(node, places, first, questions.send());
        } catch (IOException e) {
            connections.drop(node);
            throw e;
        }
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
        private <T> void understand(Way way, Understanding<T> understanding, Map<Place, T> found, Refused refused)
                throws IOException {
            List<Reply> replies;
            try {
                replies = answers.await();
            } catch (IOException e) {
                if (node != null) {
                    connections.drop(node);
                }
                places.forEach(place -> refused.add(place, String.valueOf(e.getMessage()), false));
                return;
            }
            long now = System.currentTimeMillis();
            for (int i = 0; i < first.length; i++) {
                if (way.excuse(replies, first[i]) instanceof Reply.Failure failure
                        && PASSING.contains(failure.code())) {
                    boolean elsewhere =
                            failure.code().equals("MOVED") || failure.code().equals("ASK");
                    refused.add(places.get(i), "'" + MalformedRespException.quote(failure.text()) + "'", elsewhere);
                    continue;
                }
                if (way == Way.WATCHED && replies.get(first[i]) instanceof Reply.Failure) {
                    mayWatch = false;
                }
                found.put(places.get(i), understanding.of(way.parts(replies, first[i]), now));
            }
        }
    }

    /** Whether the account may {@code WATCH}, as far as that has been tried. */
    boolean mayWatch() {
        return mayWatch;
    }

    /** Whether none of the keys that were read {@link Way#WATCHED} has been touched since. Ends the watch. */
    boolean isUnchanged() {
        boolean unchanged = true;
        for (var each : watched.entrySet()) {
            unchanged &= connections.hold(each.getKey()) && isUnchanged(each.getKey(), each.getValue());
        }
        watched.clear();
        return unchanged;
    }

    private boolean isUnchanged(Questions questions, NodeAddress node) {
        questions.add("MULTI");
        int exec = questions.add("EXEC");
        try {
            return questions.ask().get(exec) instanceof Reply.Elements;
        } catch (IOException e) {
            connections.drop(node); // nobody knows what has become of its keys
            return false;
        }
    }

    private Map<NodeAddress, List<Place>> byNode(List<Place> places) throws IOException {
        Map<NodeAddress, List<Place>> byNode = new LinkedHashMap<>();
        for (Place place : places) {
            byNode.computeIfAbsent(deployment.masterOf(place.key()), node -> new ArrayList<>())
                    .add(place);
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
        if (!(replies.get(1) instanceof Reply.Number life)) {
            throw refused(saysMoments ? "PEXPIRETIME" : "PTTL", replies.get(1));
        }
        long ends = saysMoments ? life.value() : now + life.value();
        return new Value(dump.bytes(), life.value() < 0 ? 0 : ends, offset);
    }

    private IOException refused(String command, Reply reply) {
        return new IOException(deployment.side() + " refused " + command + ": '"
                + MalformedRespException.quote(reply.text())
                + "'; grant the user +scan +exists +dump +pttl +pexpiretime +role +select +multi +exec on all keys");
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
        connections.close();
    }
}
