package io.caravan.cluster;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Those of a standard server, one database after the other. Thread-safe. */
final class StandardKeys implements DestinationKeys {

    private static final Pattern DATABASE = Pattern.compile("db(\\d{1,9}):");

    private final RedisClient client;
    private final RedisURI uri;
    private final StatefulRedisConnection<byte[], byte[]> server;

    /**
     * @param client makes a connection for each database
     * @param server a connection that database 0 is selected on
     */
    StandardKeys(RedisClient client, RedisURI uri, StatefulRedisConnection<byte[], byte[]> server) {
        this.client = client;
        this.uri = uri;
        this.server = server;
    }

    /** Before a snapshot all keys are looked through, since Caravan's own stay; nothing else is written meanwhile. */
    @Override
    public CompletionStage<Void> empty(Emptying keys) {
        return keys.beforeSnapshot()
                ? onEach(
                        database -> keys.database().orElse(database) == database,
                        (database, selected) ->
                                new KeyWalk(selected, keys.places(), some -> keys.unlink(selected, some)).run())
                : KeyEmptier.empty(server.async(), keys);
    }

    @Override
    public CompletionStage<Void> walk(BitSet slots, KeyVisitor visitor) {
        return onEach(
                database -> true,
                (database, selected) -> new KeyWalk(selected, slots, keys -> visitor.visit(database, keys)).run());
    }

    private CompletionStage<Void> onEach(
            IntPredicate wanted,
            BiFunction<Integer, RedisAsyncCommands<byte[], byte[]>, CompletionStage<Void>> action) {
        return server.async().info("keyspace").thenCompose(keyspace -> {
            CompletionStage<Void> ended = CompletableFuture.completedStage(null);
            for (int database : databasesIn(keyspace)) {
                if (wanted.test(database)) {
                    ended = ended.thenCompose(done -> on(database, action));
                }
            }
            return ended;
        });
    }

    /** On a connection of its own, which has another database selected than the others. */
    private CompletionStage<Void> on(
            int database, BiFunction<Integer, RedisAsyncCommands<byte[], byte[]>, CompletionStage<Void>> action) {
        return client.connectAsync(ByteArrayCodec.INSTANCE, uri)
                .thenCompose(connection -> connection
                        .async()
                        .select(database)
                        .thenCompose(ok -> action.apply(database, connection.async()))
                        .whenComplete((done, failure) -> connection.closeAsync()));
    }

    /** {@code db0:keys=2,expires=0,avg_ttl=0}. */
    private static List<Integer> databasesIn(String keyspace) {
        return keyspace.lines()
                .map(DATABASE::matcher)
                .filter(Matcher::lookingAt)
                .map(line -> Integer.valueOf(line.group(1)))
                .toList();
    }
}
