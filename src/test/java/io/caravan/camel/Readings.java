package io.caravan.camel;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Has keys read again at the source, as a verification does that repairs. */
public final class Readings {

    private static final long PATIENCE_SECONDS = 60;

    private Readings() {}

    /** Reads a key of database 0 again, and returns when the destination has what the source has. */
    public static void again(RedisReplicationConsumer consumer, String key) throws Exception {
        consumer.readAgain(0, List.of(key.getBytes(StandardCharsets.UTF_8)))
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
