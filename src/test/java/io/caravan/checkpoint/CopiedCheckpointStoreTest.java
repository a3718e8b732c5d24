package io.caravan.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.checkpoint.Checkpoint.Sweep;
import io.caravan.command.HashSlot;
import io.caravan.command.Phase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The letters are those of the invariants of {@link CopiedCheckpointStore}. */
class CopiedCheckpointStoreTest {

    private final Masters masters = new Masters();
    private final CopiedCheckpointStore store = masters.store();

    @Test
    void every_master_has_a_copy() throws IOException {
        save(stream(100, 200));

        assertThat(masters.hashes.keySet().stream().map(Masters::of)).contains(0, 1, 2);
        assertThat(masters.hashes).hasSize(4);
        assertThat(masters.store().load("orders")).containsExactly(stream(100, 200));
    }

    @Test
    void invariant_A_what_one_master_may_have_lost_is_not_applied() throws IOException {
        save(stream(100, 200));
        var before = masters.dataOf(1);
        save(stream(150, 300));

        masters.loses(1, before);

        assertThat(masters.store().load("orders")).containsExactly(stream(100, 300));
    }

    @Test
    void invariant_A_beyond_the_ceiling_that_one_copy_says_nothing_was_sent() throws IOException {
        save(stream(100, 200));
        var before = masters.dataOf(Masters.of("caravan:checkpoint:{orders}"));
        save(stream(150, 300));

        masters.loses(Masters.of("caravan:checkpoint:{orders}"), before);

        assertThat(masters.store().load("orders")).containsExactly(stream(100, 300));
    }

    @Test
    void invariant_B_a_master_without_its_copy_has_lost_everything() throws IOException {
        save(stream(100, 200));

        masters.loses(2, Map.of());

        assertThat(masters.store().load("orders"))
                .singleElement()
                .satisfies(checkpoint -> assertThat(checkpoint.phase()).isEqualTo(Phase.SNAPSHOT));
    }

    @Test
    void invariant_B_without_the_first_one_copies_say_only_that_there_was_something() throws IOException {
        save(stream(100, 200));

        masters.hashes.remove("caravan:checkpoint:{orders}");

        assertThat(masters.store().load("orders"))
                .singleElement()
                .satisfies(checkpoint -> assertThat(checkpoint.phase()).isEqualTo(Phase.SNAPSHOT));
    }

    @Test
    void a_snapshot_that_one_copy_tells_of_has_to_be_taken() throws IOException {
        save(checkpoint(Phase.SNAPSHOT, 100, 100, 1));
        var before = masters.dataOf(0);
        save(checkpoint(Phase.STREAM, 100, 200, 2));

        masters.loses(0, before);

        assertThat(masters.store().load("orders"))
                .singleElement()
                .satisfies(checkpoint -> assertThat(checkpoint.phase()).isEqualTo(Phase.SNAPSHOT));
    }

    @Test
    void invariant_C_a_copy_that_lies_where_none_is_any_more_does_not_count() throws IOException {
        save(stream(100, 200));
        var before = Map.copyOf(masters.hashes);
        masters.bounds = new int[] {8192, 16384};
        save(stream(150, 300));
        before.forEach(masters.hashes::putIfAbsent); // as if the process had ended before it removed them

        assertThat(masters.store().load("orders")).containsExactly(stream(150, 300));
    }

    @Test
    void copies_are_removed_where_masters_have_none_any_more() throws IOException {
        save(stream(100, 200));
        masters.bounds = new int[] {16384};

        CopiedCheckpointStore next = masters.store();
        next.load("orders");
        next.save(stream(150, 300), 0).toCompletableFuture().join();

        assertThat(masters.hashes.values().stream().filter(hash -> !hash.isEmpty()))
                .hasSize(2);
    }

    @Test
    void a_shard_that_is_gone_is_removed_everywhere() throws IOException {
        save(stream(100, 200));

        store.remove("orders", "shard-1");

        assertThat(masters.hashes.values()).allSatisfy(hash -> assertThat(hash).isEmpty());
        assertThat(masters.store().load("orders")).isEmpty();
    }

    @Test
    void a_master_that_cannot_take_its_copy_is_not_waited_for_without_end() {
        masters.answers = key -> !key.equals("caravan:checkpoint:{orders}") && Masters.of(key) == 1
                ? new CompletableFuture<>()
                : CompletableFuture.completedFuture(null);

        save(stream(100, 200));

        assertThat(masters.hashes).containsKey("caravan:checkpoint:{orders}");
    }

    @Test
    void of_what_a_master_could_not_take_the_latest_follows() {
        var late = new CompletableFuture<Void>();
        masters.answers = key -> !key.equals("caravan:checkpoint:{orders}") && Masters.of(key) == 1
                ? late
                : CompletableFuture.completedFuture(null);
        save(stream(100, 200));
        save(stream(110, 210));
        save(stream(120, 220));

        late.complete(null);

        assertThat(masters.written.stream().filter(line -> line.startsWith("1 ")))
                .hasSize(2)
                .last()
                .asString()
                .contains(" applied=120 ");
    }

    @Test
    void a_copy_that_its_master_does_not_give_is_not_taken_for_lost() {
        save(stream(100, 200));
        masters.answers = key -> !key.equals("caravan:checkpoint:{orders}") && Masters.of(key) == 1
                ? CompletableFuture.failedFuture(new IllegalStateException("CLUSTERDOWN"))
                : CompletableFuture.completedFuture(null);

        assertThatThrownBy(() -> masters.store().load("orders"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("try again when it serves that slot");
    }

    @Test
    void a_standard_server_has_no_copies() throws IOException {
        masters.bounds = new int[0];
        CopiedCheckpointStore standard = masters.store();
        standard.save(stream(100, 200), 0).toCompletableFuture().join();

        assertThat(masters.hashes).containsOnlyKeys("caravan:checkpoint:{orders}");
        assertThat(standard.load("orders")).containsExactly(stream(100, 200));
    }

    @Test
    void invariant_C_a_copy_that_its_master_has_not_taken_is_not_missed() throws IOException {
        masters.answers = key -> !key.equals("caravan:checkpoint:{orders}") && Masters.of(key) == 1
                ? CompletableFuture.failedFuture(new IOException("MOVED 5504 10.0.0.3:7000"))
                : CompletableFuture.completedFuture(null);
        save(stream(100, 200));
        masters.answers = key -> CompletableFuture.completedFuture(null);
        assertThat(masters.store().load("orders"))
                .containsExactly(stream(100, 200).withSlots("0-5460,10923-16383"));

        save(stream(150, 300));

        masters.loses(1, Map.of());
        assertThat(masters.store().load("orders"))
                .as("now it has taken one, and lost it")
                .extracting(Checkpoint::phase)
                .containsExactly(Phase.SNAPSHOT);
    }

    @Test
    void invariant_C_a_copy_that_goes_with_its_slot_to_another_master_does_not_count_meanwhile() throws IOException {
        save(checkpoint(Phase.SNAPSHOT, 100, 100, 1));
        masters.answers = key -> !key.equals("caravan:checkpoint:{orders}") && Masters.of(key) == 1
                ? CompletableFuture.failedFuture(new IOException("ASK 5504 10.0.0.3:7000"))
                : CompletableFuture.completedFuture(null);

        save(stream(150, 300));

        masters.answers = key -> CompletableFuture.completedFuture(null);
        assertThat(masters.store().load("orders"))
                .containsExactly(stream(150, 300).withSlots("0-5460,10923-16383"));
        save(stream(200, 400));
        masters.loses(1, Map.of());
        assertThat(masters.store().load("orders"))
                .as("it was taken again, and lost")
                .extracting(Checkpoint::phase)
                .containsExactly(Phase.SNAPSHOT);
    }

    @Test
    void invariant_D_a_successor_is_not_told_what_its_former_master_had() throws IOException {
        save(stream(100, 200));
        masters.losses = 1; // between the drawing up of the next one and its way to the masters

        save(stream(150, 300));

        assertThat(masters.store().load("orders")).containsExactly(stream(100, 300));
        store.save(checkpoint(Phase.SNAPSHOT, 150, 300, 2), 1)
                .toCompletableFuture()
                .join();
        assertThat(masters.store().load("orders")).containsExactly(checkpoint(Phase.SNAPSHOT, 150, 300, 2));
    }

    @Test
    void invariant_D_a_standard_server_that_was_replaced_is_not_told_it_either() {
        masters.bounds = new int[0];
        masters.losses = 1;

        assertThat(masters.store().save(stream(100, 200), 0).toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(masters.hashes).isEmpty();
    }

    @Test
    void invariant_E_slots_of_a_master_that_has_no_copy_are_not_named() throws IOException {
        save(stream(100, 200));

        masters.bounds = new int[] {5461, 10923, 16000, 16384};
        assertThat(masters.store().load("orders"))
                .as("one has got slots 16000 to 16383")
                .containsExactly(stream(100, 200).withSlots("0-15999"));
        masters.bounds = new int[] {10923, 16384};
        assertThat(masters.store().load("orders"))
                .as("one has gone, and given its slots, with its copy, to another")
                .containsExactly(stream(100, 200));
    }

    @Test
    void invariant_E_of_keys_behind_prefixes_nobody_knows_the_slots() throws IOException {
        save(stream(100, 200));
        masters.bounds = new int[] {5461, 10923, 16000, 16384};
        masters.hasSlotsOfSource = false;

        assertThat(masters.store().load("orders"))
                .containsExactly(stream(100, 200).withSlots("none"));
    }

    @Test
    void a_master_of_few_slots_has_a_copy_too() throws IOException {
        masters.bounds = new int[] {5461, 5463, 16384};
        save(stream(100, 200));
        assertThat(masters.store().load("orders")).containsExactly(stream(100, 200));

        masters.hashes.remove(masters.hashes.keySet().stream()
                .filter(key -> HashSlot.of(key.getBytes(UTF_8)) == 5461)
                .findAny()
                .orElseThrow());

        assertThat(masters.store().load("orders")).extracting(Checkpoint::phase).containsExactly(Phase.SNAPSHOT);
    }

    @Test
    void a_copy_that_is_taken_late_is_taken() throws IOException {
        var late = new CompletableFuture<Void>();
        masters.answers = key -> !key.equals("caravan:checkpoint:{orders}") && Masters.of(key) == 1
                ? late
                : CompletableFuture.completedFuture(null);
        save(stream(100, 200));
        late.complete(null);
        masters.answers = key -> CompletableFuture.completedFuture(null);

        save(stream(150, 300));

        assertThat(masters.hashes.get("caravan:checkpoint:{orders}").get("shard-1"))
                .contains("copies=0,5504,11008");
    }

    private void save(Checkpoint checkpoint) {
        store.save(checkpoint, 0).toCompletableFuture().join();
    }

    private static Checkpoint stream(long applied, long ceiling) {
        return checkpoint(Phase.STREAM, applied, ceiling, 1);
    }

    private static Checkpoint checkpoint(Phase phase, long applied, long ceiling, long time) {
        return new Checkpoint(
                "orders",
                "shard-1",
                "10.0.0.1:7000",
                "8d5f3c0e",
                applied,
                ceiling,
                phase,
                0,
                "0-16383",
                Sweep.DONE,
                List.of("caravan:1"),
                "",
                time);
    }

    /** Three masters with hashes. */
    private static final class Masters implements RedisCheckpointStore.Commands, CopiedCheckpointStore.Masters {

        private final Map<String, Map<String, String>> hashes = new TreeMap<>();
        private final List<String> written = new ArrayList<>();
        private int[] bounds = {5461, 10923, 16384};
        private long losses;
        private boolean hasSlotsOfSource = true;
        private Function<String, CompletableFuture<Void>> answers = key -> CompletableFuture.completedFuture(null);

        private CopiedCheckpointStore store() {
            return new CopiedCheckpointStore(this, 1000, this);
        }

        @Override
        public long losses() {
            return losses;
        }

        @Override
        public CompletionStage<Void> write(int slot, List<byte[]> arguments, long known) {
            assertThat(slot).isEqualTo(HashSlot.of(arguments.get(1)));
            return known == losses
                    ? call(arguments).thenAccept(reply -> {})
                    : CompletableFuture.failedFuture(new IOException("replaced"));
        }

        @Override
        public boolean hasSlotsOfSource() {
            return hasSlotsOfSource;
        }

        @Override
        public Collection<BitSet> slotsOfEach() {
            List<BitSet> slots = new ArrayList<>();
            int first = 0;
            for (int end : bounds) {
                var ofMaster = new BitSet();
                ofMaster.set(first, end);
                slots.add(ofMaster);
                first = end;
            }
            return slots;
        }

        /** Which of the three masters has a key. */
        private static int of(String key) {
            int slot = HashSlot.of(key.getBytes(UTF_8));
            return slot < 5461 ? 0 : slot < 10923 ? 1 : 2;
        }

        private Map<String, Map<String, String>> dataOf(int master) {
            var data = new HashMap<String, Map<String, String>>();
            hashes.forEach((key, hash) -> {
                if (of(key) == master) {
                    data.put(key, new TreeMap<>(hash));
                }
            });
            return data;
        }

        private void loses(int master, Map<String, Map<String, String>> back) {
            hashes.keySet().removeIf(key -> of(key) == master);
            hashes.putAll(back);
        }

        @Override
        public CompletionStage<Object> call(List<byte[]> arguments) {
            List<String> words =
                    arguments.stream().map(bytes -> new String(bytes, UTF_8)).toList();
            return answers.apply(words.get(1)).thenApply(answered -> run(words));
        }

        private Object run(List<String> words) {
            Map<String, String> hash = hashes.getOrDefault(words.get(1), new TreeMap<>());
            switch (words.get(0)) {
                case "HSET" -> {
                    written.add(of(words.get(1)) + " " + words.get(3));
                    hashes.put(words.get(1), hash);
                    hash.put(words.get(2), words.get(3));
                }
                case "HDEL" -> hash.remove(words.get(2));
                default -> {
                    var fields = new ArrayList<Object>();
                    hash.forEach(
                            (field, value) -> fields.addAll(List.of(field.getBytes(UTF_8), value.getBytes(UTF_8))));
                    return fields;
                }
            }
            return 1L;
        }
    }
}
