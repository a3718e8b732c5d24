package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caravan.camel.Readings;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;

/** Before Redis 7.0 a source says how long a key lives on, not when it expires. */
class LifeReadAgainIT {

    private static final long END = 4_102_444_800_000L;
    private static final long STANDS_STILL_MILLIS = 2000;

    @EachServer(min = "4.0", max = "6.2")
    void a_life_counts_from_when_the_source_has_told_it_and_not_from_when_it_was_asked(ServerProgram program)
            throws Exception {
        try (Pair pair = Pair.standards(program, Pair.newer());
                RunningTask task = pair.task().start()) {
            RedisServer source = pair.sourceMasters.get(0);
            source.command("SET", "key", "value");
            source.command("PEXPIREAT", "key", Long.toString(END));
            task.awaitStreaming().awaitApplied(pair.sourceMasters);
            source.command("CLIENT", "PAUSE", Long.toString(STANDS_STILL_MILLIS));

            Readings.again(task.consumer(), "key");

            Object expires = pair.destinationMasters.get(0).command("PEXPIRETIME", "key");
            assertThat(Long.parseLong(String.valueOf(expires))).isCloseTo(END, within(STANDS_STILL_MILLIS / 4));
        }
    }
}
