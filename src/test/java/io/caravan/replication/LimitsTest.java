package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * 1024;

    @Test
    void shards_share_the_memory_evenly() {
        Limits limits = Limits.sharing(64L * MIB, 4, 1000, 64 * KIB, 256);

        assertThat(limits).isEqualTo(new Limits(1000, 64 * KIB, 256, 8L * MIB, 4L * MIB, 2 * MIB));
    }

    @Test
    void however_much_memory_there_is_receiving_and_large_values_have_a_bound() {
        Limits limits = Limits.sharing(100_000L * MIB, 1, 1000, 64 * KIB, 256);

        assertThat(limits.receiveBytes()).isEqualTo(8 * MIB);
        assertThat(limits.largeBytes()).isEqualTo(4 * MIB);
        assertThat(limits.inFlightBytes()).isEqualTo(50_000L * MIB);
    }

    @Test
    void the_parts_of_a_share_do_not_exceed_it() {
        for (int shards = 1; shards <= 64; shards++) {
            Limits limits = Limits.sharing(64L * MIB, shards, 1000, 64 * KIB, 256);

            long parts = limits.inFlightBytes() + limits.receiveBytes() + limits.largeBytes();
            assertThat(parts).as("%d shards", shards).isLessThanOrEqualTo(64L * MIB / shards);
        }
    }

    @Test
    void a_share_below_a_megabyte_is_refused_with_the_option_that_raises_it() {
        assertThatThrownBy(() -> Limits.sharing(8L * MIB, 9, 1000, 64 * KIB, 256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "memoryLimit of 8388608 bytes is too small for 9 source shards; each needs 1 MiB, better 8 MiB");
    }

    @Test
    void limits_that_let_nothing_through_are_refused() {
        assertThatThrownBy(() -> new Limits(0, 4096, 1, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limits(1, 4096, 0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limits(1, 4095, 1, 1, 1, 1))
                .hasMessage("maxBatchBytes must be at least 4096, not 4095");
    }
}
