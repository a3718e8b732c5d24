package io.caravan.verify;

import io.caravan.node.NodeAddress;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Asks one side about one key at a time, on connections of its own. Owned by one thread, which waits.
 *
 * <p>What a side says that passes, a broken connection too, is an {@link IOException}: the key is to be asked about anew, from the beginning.
 */
final class KeyReader implements AutoCloseable {

    /** An answer that took no longer says a life well enough. */
    private static final long PROMPT_MILLIS = 200;

    private static final int HEAD_ATTEMPTS = 10;

    private final Deployment deployment;
    private final boolean saysMoments;
    private final NodeConnections connections;
    private Optional<Questions> watching = Optional.empty();
    private boolean mayWatch = true;

    /** @param saysMoments whether keys are asked for the moment at which they expire, and not for how long they live */
    KeyReader(Deployment deployment, boolean saysMoments) {
        this.deployment = deployment;
        this.saysMoments = saysMoments;
        connections = new NodeConnections(deployment);
    }

    /**
     * What is known of a key without its content.
     *
     * @param type as {@code TYPE} names it, {@code none} if there is no such key
     * @param expiresAt when it expires, milliseconds since 1970; 0 if it does not
     */
    record Head(String type, long expiresAt) {

        boolean exists() {
            return !type.equals("none");
        }

        /** Of no content: good for comparing lives, and whether there is such a key. */
        Value value() {
            return exists() ? new Value(new byte[0], expiresAt, -1) : Value.ABSENT;
        }
    }

    /** Where a side says how long a key lives, and was slow to say so, it is asked again: the moment would be too late by as much. */
    Head head(Place place) throws IOException, UncomparableException {
        List<List<byte[]>> questions = List.of(
                List.of(ascii("TYPE"), place.key()), List.of(ascii(saysMoments ? "PEXPIRETIME" : "PTTL"), place.key()));
        long asked;
        long answered;
        List<Reply> replies;
        int attempts = 0;
        do {
            asked = System.currentTimeMillis();
            replies = ask(place, questions);
            answered = System.currentTimeMillis();
            attempts++;
        } while (!saysMoments && answered - asked > PROMPT_MILLIS && attempts < HEAD_ATTEMPTS);
        long life = number(replies.get(1));
        return new Head(replies.get(0).text(), life < 0 ? 0 : saysMoments ? life : answered + life);
    }

    /** {@code command key arguments…} */
    Reply ask(Place place, String command, String... arguments) throws IOException, UncomparableException {
        return ask(place, command, List.of(), arguments);
    }

    /** {@code command key more… arguments…} */
    Reply ask(Place place, String command, List<byte[]> more, String... arguments)
            throws IOException, UncomparableException {
        List<byte[]> words = new ArrayList<>(List.of(ascii(command), place.key()));
        words.addAll(more);
        Arrays.stream(arguments).map(KeyReader::ascii).forEach(words::add);
        return ask(place, List.of(words)).get(0);
    }

    /** {@code XINFO what key more…} */
    Reply info(Place place, String what, byte[]... more) throws IOException, UncomparableException {
        List<byte[]> words = new ArrayList<>(List.of(ascii("XINFO"), ascii(what), place.key()));
        words.addAll(List.of(more));
        return ask(place, List.of(words)).get(0);
    }

    /** A reply that is a number. */
    long number(Place place, String command) throws IOException, UncomparableException {
        return number(ask(place, command));
    }

    private static long number(Reply reply) throws IOException {
        if (reply instanceof Reply.Number number) {
            return number.value();
        }
        throw new IOException("no number: '" + MalformedRespException.quote(reply.text()) + "'");
    }

    /**
     * Asks the node that has a key, several things at once.
     *
     * @throws UncomparableException if the account may not ask, or the server does not know how to answer
     */
    List<Reply> ask(Place place, List<List<byte[]>> commands) throws IOException, UncomparableException {
        NodeAddress node = deployment.masterOf(place.key());
        List<Reply> replies = ask(node, place.database(), commands);
        for (int i = 0; i < commands.size(); i++) {
            if (replies.get(i) instanceof Reply.Failure failure) {
                String text = deployment.side() + " " + node + " refused "
                        + new String(commands.get(i).get(0), StandardCharsets.US_ASCII) + ": '"
                        + MalformedRespException.quote(failure.text()) + "'";
                if (failure.code().equals("NOPERM") || failure.text().startsWith("ERR unknown")) {
                    throw new UncomparableException(text);
                }
                throw new IOException(text);
            }
        }
        return replies;
    }

    private List<Reply> ask(NodeAddress node, int database, List<List<byte[]>> commands) throws IOException {
        try {
            Questions questions = connections.to(node);
            questions.select(database);
            commands.forEach(questions::add);
            List<Reply> replies = questions.ask();
            return replies.subList(replies.size() - commands.size(), replies.size()); // before them that of a SELECT
        } catch (IOException e) {
            connections.drop(node);
            throw e;
        }
    }

    /** Has the node tell at the end whether a key was touched; answers its replication offset. Where that is refused nothing is watched. */
    long watch(Place place) throws IOException {
        NodeAddress node = deployment.masterOf(place.key());
        List<Reply> replies =
                ask(node, place.database(), List.of(List.of(ascii("WATCH"), place.key()), List.of(ascii("ROLE"))));
        if (replies.get(0) instanceof Reply.Failure failure) {
            if (!failure.code().equals("NOPERM")) {
                throw new IOException(failure.text());
            }
            mayWatch = false;
        } else {
            watching = Optional.of(connections.to(node));
        }
        List<Reply> role = Replies.elements(replies.get(1));
        return role.size() > 1 ? number(role.get(1)) : -1;
    }

    /** Whether the account may watch, as far as that has been tried. */
    boolean mayWatch() {
        return mayWatch;
    }

    /** Whether the key has not been touched since it was watched, for certain. Ends the watch. */
    boolean isUnchanged() {
        Optional<Questions> watched = watching;
        watching = Optional.empty();
        if (watched.isEmpty() || !connections.hold(watched.get())) {
            return false;
        }
        watched.get().add("MULTI");
        int exec = watched.get().add("EXEC");
        try {
            return watched.get().ask().get(exec) instanceof Reply.Elements;
        } catch (IOException e) {
            return false; // nobody knows what has become of it; who asks next finds the connection broken
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        connections.close();
    }
}
