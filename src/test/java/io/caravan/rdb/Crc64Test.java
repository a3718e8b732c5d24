package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {

    @Test
    void the_check_value_is_that_of_redis() {
        assertThat(Crc64.of("123456789".getBytes(StandardCharsets.US_ASCII))).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void it_does_not_matter_how_the_bytes_are_divided() {
        byte[] bytes = new byte[1000];
        new Random(1).nextBytes(bytes);
        long whole = Crc64.of(bytes);
        long single = 0;
        for (byte value : bytes) {
            single = Crc64.update(single, value);
        }

        assertThat(single).isEqualTo(whole);
        for (int i = 0; i < bytes.length; i += 7) {
            long first = Crc64.update(0, bytes, 0, i);
            assertThat(Crc64.update(first, bytes, i, bytes.length - i)).isEqualTo(whole);
        }
    }

    @Test
    void one_checksum_of_some_bytes_tells_every_other() {
        var random = new Random(2);
        for (int length : new int[] {0, 1, 2, 3, 15, 16, 17, 255, 256, 1000, 65_535, 1_000_003}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            long one = random.nextLong();
            long other = random.nextLong();

            long told = Crc64.update(one, bytes, 0, length) ^ Crc64.overZeros(one ^ other, length);

            assertThat(told).as("over %d bytes", length).isEqualTo(Crc64.update(other, bytes, 0, length));
        }
    }
}
