package io.caravan.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Phase;
import io.caravan.command.ReservedKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RedisCheckpointStoreTest {

    private final FakeRedis redis = new FakeRedis();
    private final RedisCheckpointStore store = new RedisCheckpointStore(redis, 1000);

    @Test
    void a_destination_that_was_never_written_to_holds_nothing() throws IOException {
        assertThat(store.load("orders")).isEmpty();
    }

    @Test
    void each_shard_has_its_own_latest_checkpoint() throws IOException {
        save(checkpoint("shard-1", 100));
        save(checkpoint("shard-2", 200));
        save(checkpoint("shard-1", 150));

        assertThat(store.load("orders")).containsExactly(checkpoint("shard-1", 150), checkpoint("shard-2", 200));
    }

    @Test
    void tasks_do_not_see_each_other() throws IOException {
        save(checkpoint("shard-1", 100));

        assertThat(store.load("invoices")).isEmpty();
    }

    @Test
    void a_task_is_one_reserved_hash_in_one_slot() {
        save(checkpoint("shard-1", 100));

        assertThat(redis.hashes).containsOnlyKeys("caravan:checkpoint:{orders}");
        byte[] key = RedisCheckpointStore.key("orders").getBytes(UTF_8);
        assertThat(ReservedKeys.contain(key, 0, key.length)).isTrue();
    }

    @Test
    void a_damaged_checkpoint_is_not_taken_for_none() {
        redis.hashes.put("caravan:checkpoint:{orders}", new TreeMap<>(Map.of("shard-1", "version=1")));

        assertThatThrownBy(() -> store.load("orders"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("destination key caravan:checkpoint:{orders}: ")
                .hasMessageEndingWith("; delete the key to begin with a snapshot");
    }

    @Test
    void a_destination_that_refuses_says_why() {
        redis.failure = new IllegalStateException("NOPERM this user has no permissions");

        assertThatThrownBy(() -> store.load("orders"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("NOPERM this user has no permissions");
        assertThat(store.save(checkpoint("shard-1", 100), 0).toCompletableFuture())
                .isCompletedExceptionally();
    }

    @Test
    void a_destination_that_does_not_answer_is_not_waited_for_without_end() {
        var silent = new RedisCheckpointStore(arguments -> new CompletableFuture<>(), 1);

        assertThatThrownBy(() -> silent.load("orders"))
                .isInstanceOf(IOException.class)
                .hasMessage("the destination did not give its checkpoints within 1 ms");
    }

    @Test
    void an_interrupted_load_leaves_the_thread_interrupted() {
        var silent = new RedisCheckpointStore(arguments -> new CompletableFuture<>(), 60_000);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> silent.load("orders")).isInstanceOf(IOException.class);

        assertThat(Thread.interrupted()).isTrue();
    }

    private void save(Checkpoint checkpoint) {
        store.save(checkpoint, 0).toCompletableFuture().join();
    }

    private static Checkpoint checkpoint(String shard, long applied) {
        return new Checkpoint(
                "orders",
                shard,
                "10.0.0.1:7000",
                "8d5f3c0e",
                applied,
                applied,
                Phase.STREAM,
                0,
                "0-16383",
                Checkpoint.Sweep.NEVER,
                List.of(),
                "",
                1);
    }

    /** Two commands of a server. */
    private static final class FakeRedis implements RedisCheckpointStore.Commands {

        private final Map<String, Map<String, String>> hashes = new TreeMap<>();
        private RuntimeException failure;

        @Override
        public CompletionStage<Object> call(List<byte[]> arguments) {
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
            List<String> words =
                    arguments.stream().map(bytes -> new String(bytes, UTF_8)).toList();
            return CompletableFuture.completedFuture(run(words));
        }

        private Object run(List<String> words) {
            Map<String, String> hash = hashes.computeIfAbsent(words.get(1), key -> new TreeMap<>());
            if (words.get(0).equals("HSET")) {
                return hash.put(words.get(2), words.get(3)) == null ? 1L : 0L;
            }
            assertThat(words.get(0)).isEqualTo("HGETALL");
            var reply = new ArrayList<>();
            hash.forEach((field, value) -> {
                reply.add(field.getBytes(UTF_8));
                reply.add(value.getBytes(UTF_8));
            });
            return reply;
        }
    }
}
