package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Questions to single servers of a destination, outside of the data path: what a precheck asks.
 *
 * <p>For one thread at a time; closing it closes what it has opened.
 */
public final class DestinationInquiries implements AutoCloseable {

    private final DestinationSettings settings;
    private final LettuceClients clients;
    private final RedisClient client;

    /** Connects to nothing yet. */
    public DestinationInquiries(DestinationSettings settings) {
        this.settings = settings;
        clients = new LettuceClients(settings);
        client = clients.nodeClient();
        // A connection that Lettuce makes again has lost its database, and its answers may be those of another server.
        client.setOptions(client.getOptions().mutate().autoReconnect(false).build());
    }

    /**
     * Connects to a server and authenticates. Waits for the network.
     *
     * @throws DestinationException if it cannot be reached or refuses the credentials
     */
    public DestinationInquiry open(NodeAddress node) throws DestinationException {
        try {
            return connect(node);
        } catch (RuntimeException e) {
            throw new DestinationException(DestinationAdmin.problem(node, e), e);
        }
    }

    private DestinationInquiry connect(NodeAddress node) {
        try {
            return inquiry(node);
        } catch (RuntimeException e) {
            if (DestinationAdmin.reason(e).toLowerCase(Locale.ROOT).contains("wrong number of arguments for 'auth'")) {
                clients.sendWholeCredentials(); // Redis before 6.0 knows no users
                return inquiry(node);
            }
            throw e;
        }
    }

    private DestinationInquiry inquiry(NodeAddress node) {
        return new DestinationInquiry(
                node, client.connect(ByteArrayCodec.INSTANCE, clients.uri(node)), settings.connectTimeout());
    }

    @Override
    public void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS);
        clients.close();
    }
}
