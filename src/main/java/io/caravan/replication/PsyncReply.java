package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.Refusal;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.util.Optional;

/**
 * What a source may answer to {@code PSYNC}.
 *
 * <p>Rule: Redis {@code replication.c}, {@code masterTryPartialResynchronization} and {@code syncCommand}.
 */
sealed interface PsyncReply {

    /** {@code +FULLRESYNC <replid> <offset>}: a snapshot follows, then the stream from that offset on. */
    record FullResynchronization(String replicationId, long offset) implements PsyncReply {}

    /** {@code +CONTINUE [<replid>]}: the stream resumes, maybe under a new id after a failover. */
    record Continue(Optional<String> newReplicationId) implements PsyncReply {}

    /** The source will be able to serve us later: it is loading, or has lost its own master. */
    record TryLater(String message) implements PsyncReply {}

    /** The source will not serve us as long as nobody changes something. */
    record Refused(String message) implements PsyncReply {}

    /** Whether a status reply is followed by snapshot or stream. */
    static boolean grantsStream(String status) {
        return status.startsWith("FULLRESYNC") || status.startsWith("CONTINUE");
    }

    /** Whether snapshot or stream follows. */
    static boolean isGranted(PsyncReply reply) {
        return reply instanceof FullResynchronization || reply instanceof Continue;
    }

    /** Understands the reply of {@code node}. */
    static PsyncReply of(Reply reply, NodeAddress node) {
        String text = reply.text();
        String quoted = "'" + MalformedRespException.quote(text) + "'";
        if (reply instanceof Reply.Status) {
            String[] word = text.trim().split("\\s+");
            if (word[0].equals("FULLRESYNC") && word.length >= 3 && word[2].matches("\\d+")) {
                return new FullResynchronization(word[1], Long.parseLong(word[2]));
            }
            if (word[0].equals("CONTINUE")) {
                return new Continue(word.length > 1 ? Optional.of(word[1]) : Optional.empty());
            }
            return new Refused(
                    "source " + node + " answered PSYNC with " + quoted + ", which is no answer of a master");
        }
        if (reply instanceof Reply.Failure failure) {
            return ofFailure(failure, node, quoted);
        }
        return new Refused("source " + node + " answered PSYNC with " + quoted + "; it is no Redis server");
    }

    private static PsyncReply ofFailure(Reply.Failure failure, NodeAddress node, String quoted) {
        if (new Refusal(failure.text()).passes()) {
            return new TryLater("source " + node + " cannot replicate yet: " + quoted);
        }
        return switch (failure.code()) {
            case "NOPERM" ->
                new Refused("source " + node + " refused PSYNC: " + quoted + "; grant the user +psync +replconf +ping");
            case "NOAUTH" ->
                new Refused("source " + node + " wants authentication: " + quoted
                        + "; set the source's password, written <user>:<password>");
            default ->
                new Refused("source " + node + " refused PSYNC: " + quoted
                        + "; it looks like a proxy or a managed service without replication:"
                        + " give the addresses of the nodes themselves, and an account that may replicate");
        };
    }
}
