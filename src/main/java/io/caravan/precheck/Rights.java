package io.caravan.precheck;

import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What our account may run at one server, found out without running anything, on a connection of its own.
 *
 * <p>{@code ACL DRYRUN} (Redis 7.0) says so, if the account may use it. Else the commands are queued in a transaction that is
 * discarded: a server refuses at once what the account may not queue (Redis 6.0, server.c, processCommand). Before 6.0 there
 * are no rights. A command that the server does not know is refused to nobody.
 */
final class Rights implements AutoCloseable {

    /** How it is found out. */
    enum Means {
        /** Every account may do everything. */
        NO_ACL,
        DRY_RUN,
        QUEUE,
        /** The account may use neither means. */
        NONE
    }

    /**
     * A command that may not be run.
     *
     * @param command its name, in upper case
     * @param reason what the server says
     */
    record Refusal(String command, String reason) {}

    private final Conversation conversation;
    private final Means means;
    private final String user;
    private final String obstacle;

    private Rights(Conversation conversation, Means means, String user, String obstacle) {
        this.conversation = conversation;
        this.means = means;
        this.user = user;
        this.obstacle = obstacle;
    }

    static Rights at(Side side, Server server) throws IOException {
        Conversation conversation = side.open(server);
        try {
            return at(server, conversation);
        } catch (IOException e) {
            conversation.close();
            throw e;
        }
    }

    private static Rights at(Server server, Conversation conversation) throws IOException {
        if (server.version().isPresent() && !server.atLeast(6, 0)) {
            return new Rights(conversation, Means.NO_ACL, "", "");
        }
        Reply name = conversation.ask(List.of(List.of("ACL", "WHOAMI"))).get(0);
        if (!(name instanceof Reply.Failure)) {
            Reply dry = conversation
                    .ask(List.of(List.of("ACL", "DRYRUN", name.text(), "PING")))
                    .get(0);
            if (!(dry instanceof Reply.Failure)) {
                return new Rights(conversation, Means.DRY_RUN, name.text(), "");
            }
        }
        Reply begun = conversation.ask(List.of(List.of("MULTI"))).get(0);
        return begun instanceof Reply.Failure failure
                ? new Rights(conversation, Means.NONE, "", Server.quoted(failure))
                : new Rights(conversation, Means.QUEUE, "", ""); // the transaction stays open until the end
    }

    Means means() {
        return means;
    }

    /** Why there are no means. */
    String obstacle() {
        return obstacle;
    }

    /** Those of {@code commands}, each with as many arguments as it needs, that the account may not run. */
    List<Refusal> refused(List<List<String>> commands) throws IOException {
        return switch (means) {
            case NO_ACL, NONE -> List.of();
            case DRY_RUN -> refused(commands, conversation.ask(dryRuns(commands)), Rights::dryRefusal);
            case QUEUE -> refused(commands, conversation.ask(commands), Rights::queueRefusal);
        };
    }

    private List<List<String>> dryRuns(List<List<String>> commands) {
        return commands.stream()
                .map(command -> {
                    List<String> dry = new ArrayList<>(List.of("ACL", "DRYRUN", user));
                    dry.addAll(command);
                    return dry;
                })
                .toList();
    }

    private interface Judgement {
        Optional<String> refusal(Reply reply);
    }

    private static List<Refusal> refused(List<List<String>> commands, List<Reply> replies, Judgement judgement) {
        List<Refusal> refused = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            String command = commands.get(i).get(0);
            judgement.refusal(replies.get(i)).ifPresent(reason -> refused.add(new Refusal(command, reason)));
        }
        return refused;
    }

    /** {@code OK}, or the reason as a value; an error is for a command that the server does not know. */
    private static Optional<String> dryRefusal(Reply reply) {
        return reply instanceof Reply.Failure || reply.text().equals("OK")
                ? Optional.empty()
                : Optional.of(reply.text());
    }

    private static Optional<String> queueRefusal(Reply reply) {
        return reply instanceof Reply.Failure failure && failure.code().equals("NOPERM")
                ? Optional.of(failure.text())
                : Optional.empty();
    }

    /** What was queued is never run: the server discards it with the connection. */
    @Override
    public void close() {
        conversation.close();
    }
}
