package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SlotRangesTest {

    @Test
    void neighbours_are_shown_as_a_range() {
        var slots = new BitSet();
        slots.set(0, 5461);
        slots.set(10923);
        slots.set(16382, 16384);

        assertThat(SlotRanges.text(slots)).isEqualTo("0-5460,10923,16382-16383");
    }

    @Test
    void no_slots_are_shown_as_none() {
        assertThat(SlotRanges.text(new BitSet())).isEqualTo("none");
    }
}
