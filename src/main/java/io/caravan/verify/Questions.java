package io.caravan.verify;

import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.verify.Connector.Answers;
import io.caravan.verify.Connector.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A connection to one server, and what is to be asked there next: many commands in one go, and a {@code SELECT} only where the
 * database is another than before. Owned by one thread.
 */
final class Questions {

    private final Connection connection;
    private int database; // a connection begins in database 0
    private List<List<byte[]>> commands = new ArrayList<>();
    private BitSet selections = new BitSet();

    Questions(Connection connection) {
        this.connection = connection;
    }

    /** Chooses the database of what is asked from here on. */
    void select(int number) {
        if (number != database) {
            selections.set(add("SELECT", Integer.toString(number)));
            database = number;
        }
    }

    /** Adds a command; answers which of the replies is its own. */
    int add(List<byte[]> command) {
        commands.add(command);
        return commands.size() - 1;
    }

    /** Adds a command of words. */
    int add(String... words) {
        return add(Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                .toList());
    }

    /** Sends what was added, and begins anew. The answers are refused where a database could not be chosen: they are of another. */
    Answers send() throws IOException {
        List<List<byte[]>> all = commands;
        BitSet selected = selections;
        commands = new ArrayList<>(all.size());
        selections = new BitSet();
        Answers answers = connection.send(all);
        return selected.isEmpty() ? answers : () -> requireSelected(answers.await(), selected);
    }

    private static List<Reply> requireSelected(List<Reply> replies, BitSet selected) throws IOException {
        for (int at = selected.nextSetBit(0); at >= 0; at = selected.nextSetBit(at + 1)) {
            if (replies.get(at) instanceof Reply.Failure failure) {
                throw new IOException("SELECT was refused: '" + MalformedRespException.quote(failure.text())
                        + "'; grant the user +select, or leave out databases that the server has not");
            }
        }
        return replies;
    }

    /** Sends what was added, and waits for the replies. */
    List<Reply> ask() throws IOException {
        return send().await();
    }

    void close() {
        connection.close();
    }
}
