package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.HashSlot;
import io.caravan.node.NodeAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MasterRoundTest {

    private static final NodeAddress A = new NodeAddress("10.0.0.1", 6379);
    private static final NodeAddress B = new NodeAddress("10.0.0.2", 6379);
    private static final int SLOT_OF_A = 7;
    private static final int SLOT_OF_B = 9000;

    private final @Nullable NodeAddress[] masterOfSlot = new NodeAddress[HashSlot.COUNT];
    private final Map<NodeAddress, BitSet> moving = new HashMap<>();
    private final List<NodeAddress> visited = new ArrayList<>();

    MasterRoundTest() {
        Arrays.fill(masterOfSlot, 0, 8192, A);
        Arrays.fill(masterOfSlot, 8192, HashSlot.COUNT, B);
    }

    @Test
    void every_master_of_the_slots_is_visited_once() {
        round(SLOT_OF_A, SLOT_OF_A + 1, SLOT_OF_B);

        assertThat(visited).containsExactly(A, B);
    }

    @Test
    void a_master_of_other_slots_is_not_visited() {
        round(SLOT_OF_B);

        assertThat(visited).containsExactly(B);
    }

    @Test
    void a_slot_that_goes_to_a_master_that_was_visited_fails_the_round() {
        assertThatThrownBy(() -> round(
                        master -> {
                            if (master.equals(B)) {
                                masterOfSlot[SLOT_OF_B] = A;
                            }
                        },
                        SLOT_OF_A,
                        SLOT_OF_B))
                .hasMessageContaining("slots " + SLOT_OF_B + " have got another master");
    }

    @Test
    void a_slot_of_others_may_go_where_it_will() {
        round(master -> masterOfSlot[SLOT_OF_B] = A, SLOT_OF_A);

        assertThat(visited).containsExactly(A);
    }

    @Test
    void a_slot_without_master_fails_the_round_before_it_begins() {
        masterOfSlot[SLOT_OF_B] = null;

        assertThatThrownBy(() -> round(SLOT_OF_A, SLOT_OF_B)).hasMessageContaining("no master serves slot 9000");

        assertThat(visited).isEmpty();
    }

    @Test
    void a_slot_that_loses_its_master_meanwhile_fails_the_round() {
        assertThatThrownBy(() -> round(master -> masterOfSlot[SLOT_OF_A] = null, SLOT_OF_A))
                .hasMessageContaining("slots 7 have got another master");
    }

    @Test
    void a_slot_that_is_on_its_way_fails_the_round_before_it_begins() {
        moving.put(A, slots(SLOT_OF_A));

        assertThatThrownBy(() -> round(SLOT_OF_A, SLOT_OF_B))
                .hasMessageContaining("slots 7 are on their way to or from 10.0.0.1:6379");

        assertThat(visited).isEmpty();
    }

    @Test
    void a_slot_that_is_on_its_way_afterwards_fails_the_round() {
        assertThatThrownBy(() -> round(master -> moving.put(A, slots(SLOT_OF_A)), SLOT_OF_A))
                .hasMessageContaining("slots 7 are on their way");
    }

    @Test
    void a_slot_of_others_that_is_on_its_way_is_no_concern() {
        moving.put(A, slots(SLOT_OF_A + 1));

        round(SLOT_OF_A);

        assertThat(visited).containsExactly(A);
    }

    private void round(int... slots) {
        round(master -> {}, slots);
    }

    private void round(Consumer<NodeAddress> meanwhile, int... slots) {
        new MasterRound(
                        () -> CompletableFuture.completedStage(masterOfSlot.clone()),
                        master -> CompletableFuture.completedStage(moving.getOrDefault(master, new BitSet())),
                        master -> visit(master, meanwhile))
                .of(slots(slots))
                .toCompletableFuture()
                .join();
    }

    private CompletionStage<Void> visit(NodeAddress master, Consumer<NodeAddress> meanwhile) {
        visited.add(master);
        meanwhile.accept(master);
        return CompletableFuture.completedStage(null);
    }

    private static BitSet slots(int... slots) {
        var set = new BitSet();
        Arrays.stream(slots).forEach(set::set);
        return set;
    }
}
