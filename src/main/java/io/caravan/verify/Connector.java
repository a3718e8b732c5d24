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

    /** Questions to one server. For one thread at a time; {@link #ask} waits. */
    interface Connection extends AutoCloseable {

        /**
         * Sends commands at once, and gives a reply for each; an error is a {@link Reply.Failure}.
         *
         * @throws IOException if the connection breaks
         */
        List<Reply> ask(List<List<byte[]>> commands) throws IOException;

        @Override
        void close();
    }
}
