package io.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Examples: Redis Cluster specification, "Key distribution model" and "Hash tags". */
class HashSlotTest {

    @Test
    void a_slot_is_the_crc16_of_the_key_modulo_16384() {
        assertThat(slot("123456789")).isEqualTo(0x31c3);
        assertThat(slot("foo")).isEqualTo(12182);
        assertThat(slot("bar")).isEqualTo(5061);
        assertThat(slot("")).isZero();
    }

    @Test
    void of_a_key_with_a_hash_tag_only_the_tag_counts() {
        assertThat(slot("{user1000}.following"))
                .isEqualTo(slot("{user1000}.followers"))
                .isEqualTo(slot("user1000"));
    }

    @Test
    void an_empty_tag_is_none() {
        assertThat(slot("foo{}{bar}")).isEqualTo(crc16Bitwise("foo{}{bar}".getBytes(UTF_8)) % 16384);
        assertThat(slot("foo{}{bar}")).isNotEqualTo(slot("bar"));
    }

    @Test
    void a_tag_begins_behind_the_first_brace_and_ends_before_the_first_closing_one() {
        assertThat(slot("foo{{bar}}zap")).isEqualTo(slot("{bar"));
        assertThat(slot("foo{bar}{zap}")).isEqualTo(slot("bar"));
        assertThat(slot("}foo{bar}")).isEqualTo(slot("bar"));
    }

    @Test
    void a_brace_that_is_not_closed_is_part_of_the_key() {
        assertThat(slot("foo{bar")).isEqualTo(crc16Bitwise("foo{bar".getBytes(UTF_8)) % 16384);
        assertThat(slot("foo}bar{")).isEqualTo(crc16Bitwise("foo}bar{".getBytes(UTF_8)) % 16384);
    }

    @RepeatedTest(20)
    void any_key_has_the_slot_that_a_bitwise_crc_gives(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] key = randomKeyWithoutBraces(random);
            byte[] within = new byte[key.length + 10];
            System.arraycopy(key, 0, within, 7, key.length);

            int slot = HashSlot.of(within, 7, key.length);

            assertThat(slot).as("seed %d, key %d", seed, i).isEqualTo(crc16Bitwise(key) % HashSlot.COUNT);
        }
    }

    private static byte[] randomKeyWithoutBraces(Random random) {
        byte[] key = new byte[random.nextInt(40)];
        random.nextBytes(key);
        for (int i = 0; i < key.length; i++) {
            if (key[i] == '{') {
                key[i] = 0;
            }
        }
        return key;
    }

    /** CRC16/XMODEM, a bit at a time: polynomial 0x1021, nothing reflected, begins with 0. */
    private static int crc16Bitwise(byte[] bytes) {
        int crc = 0;
        for (byte b : bytes) {
            for (int bit = 7; bit >= 0; bit--) {
                boolean high = (crc & 0x8000) != 0 ^ (b >> bit & 1) != 0;
                crc = crc << 1 & 0xffff ^ (high ? 0x1021 : 0);
            }
        }
        return crc;
    }

    private static int slot(String key) {
        return HashSlot.of(key.getBytes(UTF_8));
    }
}
