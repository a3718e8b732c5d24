package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.RedisServer;
import io.caravan.servers.RespError;
import io.caravan.sync.Operations.Operation;
import java.util.List;
import java.util.Optional;

/** Those at the destination whom the operations on channels are meant for. */
final class OperationSubscribers implements AutoCloseable {

    private static final String SHARDED_CHANNEL = "spublish:a";

    private final Subscriber subscriber;
    private final Optional<Subscriber> ofShard;

    OperationSubscribers(Pair pair) {
        List<RedisServer> masters = pair.destinationMasters;
        subscriber = Subscriber.of(masters.get(masters.size() - 1), "operations");
        ofShard = masters.get(0).program().atLeast("7.0")
                ? masters.stream().flatMap(master -> ofShard(master).stream()).findFirst()
                : Optional.empty();
    }

    /** Only the master that has the channel's slot takes it. */
    private static Optional<Subscriber> ofShard(RedisServer master) {
        try {
            return Optional.of(Subscriber.ofShard(master, SHARDED_CHANNEL));
        } catch (RespError moved) {
            return Optional.empty();
        }
    }

    /** Fails if a message of these operations has not come, or not once. */
    void assertServed(List<Operation> operations) {
        for (Operation operation : operations) {
            if (operation.name().equals("PUBLISH")) {
                subscriber.messagesUntil("second"); // from another master of a cluster, as its transaction has a key
                assertThat(subscriber.messagesUntil("last")).containsExactlyInAnyOrder("first", "second", "last");
            } else if (operation.name().equals("SPUBLISH")) {
                assertThat(ofShard.orElseThrow().messagesUntil("last")).containsExactly("first", "last");
            }
        }
    }

    @Override
    public void close() {
        subscriber.close();
        ofShard.ifPresent(Subscriber::close);
    }
}
