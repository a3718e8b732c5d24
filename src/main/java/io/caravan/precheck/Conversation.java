package io.caravan.precheck;

import io.caravan.node.NodeAddress;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;

/** Questions to one server, whichever side it is of. For the thread of the precheck; methods wait. */
interface Conversation extends AutoCloseable {

    /** Connects to servers of one side, with the credentials and the encryption of that side. */
    @FunctionalInterface
    interface Opener {
        /**
         * Connects and authenticates.
         *
         * @throws IOException if the server cannot be reached, or refuses the credentials
         */
        Conversation open(NodeAddress node) throws IOException;
    }

    /**
     * Sends commands at once, and gives a reply for each; an error is a {@link Reply.Failure}.
     *
     * @throws IOException if the connection breaks
     */
    List<Reply> ask(List<List<String>> commands) throws IOException;

    @Override
    void close();
}
