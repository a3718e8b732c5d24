package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.NodeAddress;
import java.util.BitSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SourceMasterTest {

    @Test
    void a_master_shows_its_address_and_slots() {
        assertThat(master(0, 5461)).hasToString("10.0.0.1:7000 (slots 0-5460)");
    }

    @Test
    void only_a_master_of_the_very_same_slots_succeeds_another() {
        assertThat(master(0, 100).succeeds(master(0, 100))).isTrue();
        assertThat(master(0, 200).succeeds(master(0, 100)))
                .as("it has a stream of its own, of which these slots are a part now")
                .isFalse();
        assertThat(master(0, 50).succeeds(master(0, 100))).isFalse();
    }

    @Test
    void a_masters_slots_cannot_be_changed_from_outside() {
        SourceMaster master = master(0, 10);

        master.slots().clear();

        assertThat(master.slots().cardinality()).isEqualTo(10);
    }

    private static SourceMaster master(int from, int to) {
        return new SourceMaster(new NodeAddress("10.0.0.1", 7000), "id", slots(from, to), Optional.empty());
    }

    private static BitSet slots(int from, int to) {
        var slots = new BitSet();
        slots.set(from, to);
        return slots;
    }
}
