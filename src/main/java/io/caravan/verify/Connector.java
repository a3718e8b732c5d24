package io.caravan.verify;

import io.caravan.node.NodeAddress;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;

/** Connects to servers of one side, with the credentials and the encryption of that side. Thread-safe. */
@FunctionalInterface
public interface Connector {

    /**
     * Connects and authenticates. Waits.
     *
     * @throws IOException if the server cannot be reached, or refuses the credentials
     */
    Connection open(NodeAddress node) throws IOException;

    /** Questions to one server. For one thread at a time. */
    interface Connection extends AutoCloseable {

        /**
         * Sends commands at once, and does not wait for the replies.
         *
         * @throws IOException if the connection is broken
         */
        Answers send(List<List<byte[]>> commands) throws IOException;

        /**
         * Sends commands at once, and waits for a reply to each; an error is a {@link Reply.Failure}.
         *
         * @throws IOException if the connection breaks
         */
        default List<Reply> ask(List<List<byte[]>> commands) throws IOException {
            return send(commands).await();
        }

        @Override
        void close();
    }

    /** Replies that are on their way. */
    @FunctionalInterface
    interface Answers {

        /**
         * Waits for a reply to each command; an error is a {@link Reply.Failure}. Called once.
         *
         * @throws IOException if the connection breaks
         */
        List<Reply> await() throws IOException;
    }
}
