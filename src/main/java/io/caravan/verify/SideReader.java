package io.caravan.verify;

import io.caravan.node.NodeAddress;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.verify.Connector.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads keys of one side, on connections of its own. Owned by one thread, which waits.
 *
 * <p>A key whose slot has moved meanwhile is asked for at its new place.
 */
final class SideReader implements AutoCloseable {

    private static final int SCAN_COUNT = 500;
    private static final int ATTEMPTS = 5;
    private static final byte[] DUMP = ascii("DUMP");
    private static final byte[] PTTL = ascii("PTTL");
    private static final byte[] PEXPIRETIME = ascii("PEXPIRETIME");
    private static final List<byte[]> MULTI = words("MULTI");
    private static final List<byte[]> EXEC = words("EXEC");
    private static final List<byte[]> ROLE = words("ROLE");

    private final Deployment deployment;
    private final boolean saysMoments;
    private final Map<NodeAddress, Connection> connections = new HashMap<>();

    /** @param saysMoments whether keys are asked for the moment at which they expire, and not for how long they live */
    SideReader(Deployment deployment, boolean saysMoments) {
        this.deployment = deployment;
        this.saysMoments = saysMoments;
    }

    /**
     * Some keys of a database, and where to go on.
     *
     * @param cursor {@code 0} at the end
     */
    record Page(String cursor, List<byte[]> keys) {}

    /** The next keys of a node. */
    Page scan(NodeAddress node, int database, String cursor) throws IOException {
        List<Reply> replies = connection(node)
                .ask(List.of(
                        words("SELECT", Integer.toString(database)),
                        words("SCAN", cursor, "COUNT", Integer.toString(SCAN_COUNT))));
        if (!(replies.get(1) instanceof Reply.Elements page) || page.replies().size() != 2) {
            throw refused("SCAN", replies.get(1));
        }
        List<byte[]> keys = new ArrayList<>();
        if (page.replies().get(1) instanceof Reply.Elements found) {
            found.replies().forEach(key -> keys.add(bytes(key)));
        }
        return new Page(page.replies().get(0).text(), keys);
    }

    /** Reads values, each with the offset of its node where {@code withOffset} says so; in the order of the places. */
    List<Value> read(List<Place> places, boolean withOffset) throws IOException {
        Map<Place, Value> values = new HashMap<>();
        List<Place> left = places;
        for (int attempt = 0; !left.isEmpty(); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new IOException("the slots of the " + deployment.side() + " do not stay where they are: '"
                        + left.get(0) + "' was asked for " + ATTEMPTS + " times");
            }
            if (attempt > 0) {
                deployment.refresh();
            }
            left = readOnce(left, withOffset, values);
        }
        return places.stream().map(values::get).toList();
    }

    /** Answers the places that have to be asked for elsewhere. */
    private List<Place> readOnce(List<Place> places, boolean withOffset, Map<Place, Value> values) throws IOException {
        Map<NodeAddress, List<Place>> byNode = new LinkedHashMap<>();
        for (Place place : places) {
            byNode.computeIfAbsent(deployment.masterOf(place.key()), node -> new ArrayList<>())
                    .add(place);
        }
        List<Place> moved = new ArrayList<>();
        for (var node : byNode.entrySet()) {
            moved.addAll(readAt(node.getKey(), node.getValue(), withOffset, values));
        }
        return moved;
    }

    private List<Place> readAt(NodeAddress node, List<Place> places, boolean withOffset, Map<Place, Value> values)
            throws IOException {
        List<List<byte[]>> questions = new ArrayList<>();
        places.forEach(place -> ask(place, withOffset, questions));
        int frames = questions.size() / places.size();
        List<Reply> replies = connection(node).ask(questions);
        long now = System.currentTimeMillis();
        List<Place> moved = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            List<Reply> ofPlace = replies.subList(i * frames, (i + 1) * frames);
            Reply dump = ofPlace.get(withOffset ? 2 : 1);
            if (dump instanceof Reply.Failure failure && isElsewhere(failure)) {
                moved.add(places.get(i));
            } else {
                values.put(places.get(i), value(withOffset ? executed(ofPlace) : ofPlace.subList(1, frames), now));
            }
        }
        return moved;
    }

    /** Value and life may be of two moments where no offset is asked for; then they are read once more anyway. */
    private void ask(Place place, boolean withOffset, List<List<byte[]>> questions) {
        questions.add(words("SELECT", Integer.toString(place.database())));
        if (withOffset) {
            questions.add(MULTI);
        }
        questions.add(List.of(DUMP, place.key()));
        questions.add(List.of(saysMoments ? PEXPIRETIME : PTTL, place.key()));
        if (withOffset) {
            questions.add(ROLE);
            questions.add(EXEC);
        }
    }

    private List<Reply> executed(List<Reply> ofPlace) throws IOException {
        if (ofPlace.get(ofPlace.size() - 1) instanceof Reply.Elements executed) {
            return executed.replies();
        }
        throw refused("EXEC", ofPlace.get(ofPlace.size() - 1));
    }

    private static boolean isElsewhere(Reply.Failure failure) {
        return failure.code().equals("MOVED") || failure.code().equals("ASK");
    }

    /** Which of the keys are there; of those that have moved meanwhile it is said that they are not. */
    List<Boolean> exist(List<Place> places) throws IOException {
        Map<NodeAddress, List<Integer>> byNode = new LinkedHashMap<>();
        for (int i = 0; i < places.size(); i++) {
            byNode.computeIfAbsent(deployment.masterOf(places.get(i).key()), node -> new ArrayList<>())
                    .add(i);
        }
        Boolean[] exist = new Boolean[places.size()];
        for (var node : byNode.entrySet()) {
            List<List<byte[]>> questions = new ArrayList<>();
            for (int i : node.getValue()) {
                questions.add(words("SELECT", Integer.toString(places.get(i).database())));
                questions.add(List.of(ascii("EXISTS"), places.get(i).key()));
            }
            List<Reply> replies = connection(node.getKey()).ask(questions);
            for (int n = 0; n < node.getValue().size(); n++) {
                exist[node.getValue().get(n)] = replies.get(2 * n + 1).text().equals("1");
            }
        }
        return Arrays.asList(exist);
    }

    /** How much memory each key takes at its node, 0 where that is not told. */
    List<Long> sizes(NodeAddress node, int database, List<byte[]> keys) throws IOException {
        List<List<byte[]>> questions = new ArrayList<>();
        questions.add(words("SELECT", Integer.toString(database)));
        keys.forEach(key -> questions.add(List.of(ascii("MEMORY"), ascii("USAGE"), key)));
        List<Reply> replies = connection(node).ask(questions);
        return replies.stream()
                .skip(1)
                .map(reply -> reply instanceof Reply.Number number ? number.value() : 0L)
                .toList();
    }

    private Value value(List<Reply> replies, long now) throws IOException {
        long offset = replies.size() > 2 && replies.get(2) instanceof Reply.Elements role
                ? Long.parseLong(role.replies().get(1).text())
                : -1;
        if (replies.get(0) instanceof Reply.Failure) {
            throw refused("DUMP", replies.get(0));
        }
        if (!(replies.get(0) instanceof Reply.Bulk dump)) {
            return new Value(null, 0, offset);
        }
        long life = Long.parseLong(replies.get(1).text());
        return new Value(dump.bytes(), life < 0 ? 0 : saysMoments ? life : now + life, offset);
    }

    private Connection connection(NodeAddress node) throws IOException {
        Connection known = connections.get(node);
        if (known == null) {
            known = deployment.open(node);
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

    private static List<byte[]> words(String... words) {
        return Arrays.stream(words).map(SideReader::ascii).toList();
    }

    /** Closes its connections. */
    @Override
    public void close() {
        connections.values().forEach(Connection::close);
        connections.clear();
    }
}
