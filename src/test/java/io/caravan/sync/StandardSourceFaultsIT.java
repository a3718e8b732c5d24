package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What happens to a standard server that is a source while clients write to it; the copy is equal afterwards, each time. */
class StandardSourceFaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void a_server_that_starts_again_with_its_data_is_continued() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                LoadedTask loaded = LoadedTask.on(pair)) {
            Recovery restart = loaded.fault("source: standard server started again with its data");
            pair.sourceMasters.get(0).restart();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.reconnections()).isPositive();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    @Test
    void a_server_that_starts_again_without_its_data_is_copied_anew_and_what_it_has_lost_is_swept() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            RedisServer destination = pair.destinationMasters.get(0);
            try (LoadedTask loaded = LoadedTask.on(pair)) {
                loaded.stopsWriting();
                loaded.awaitApplied();
                source.command("SET", "kept", "again");
                source.command("SET", "vanishing", "1");
                loaded.awaitApplied();
                assertThat(destination.command("GET", "vanishing")).isEqualTo("1");

                Recovery restart = loaded.fault("source: standard server started again without its data");
                source.restartEmpty();
                source.command("SET", "kept", "again");
                loaded.writesAgain();
                restart.ends();

                Await.until("it is swept", PATIENCE, () -> destination.number("EXISTS", "vanishing") == 0);
                loaded.endsEqual();
                assertThat(loaded.fullResynchronizations()).isEqualTo(2);
                assertThat(destination.command("GET", "kept")).isEqualTo("again");
            }
        }
    }

    @Test
    void a_replica_that_takes_over_the_address_is_continued() throws Exception {
        try (AddressTakeOver takeOver = AddressTakeOver.ready();
                LoadedTask loaded = LoadedTask.on(takeOver.pair(), takeOver.task())) {
            Recovery recovery = loaded.fault("source: replica takes over the address of a standard server");
            takeOver.happens();
            recovery.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
            assertThat(loaded.reconnections()).isPositive();
        }
    }
}
