package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.caravan.command.HashSlot;
import io.caravan.command.ReservedKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class HeartbeatSettingsTest {

    @Test
    void the_key_is_caravans_own_and_lies_in_a_slot_of_the_master() {
        var slots = new BitSet();
        slots.set(5461, 10_923);

        byte[] key = new HeartbeatSettings(Duration.ofSeconds(5), "orders-{1}")
                .key(slots)
                .getBytes(StandardCharsets.UTF_8);

        assertThat(HashSlot.of(key)).isEqualTo(5461);
        assertThat(ReservedKeys.contain(key, 0, key.length)).isTrue();
    }

    @Test
    void a_key_outlives_heartbeats_that_are_missed() {
        assertThat(new HeartbeatSettings(Duration.ofMillis(100), "orders").life())
                .isEqualTo(Duration.ofSeconds(10));
        assertThat(new HeartbeatSettings(Duration.ofMinutes(1), "orders").life())
                .isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void more_often_than_ten_times_a_second_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HeartbeatSettings(Duration.ofMillis(99), "orders"))
                .withMessage("heartbeatInterval=99 is less than 100 ms; 0 writes no heartbeats");
    }
}
