package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class LzfBytesTest {

    @RepeatedTest(40)
    void any_runs_are_decompressed_to_what_they_stand_for(RepetitionInfo repetition) throws Exception {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        var compressed = new ByteArrayOutputStream();
        byte[] plain = new byte[random.nextBoolean() ? 300 : 200_000];
        int length = 0;
        while (length + 264 <= plain.length) {
            length = length == 0 || random.nextInt(3) == 0
                    ? addLiterals(random, compressed, plain, length)
                    : addReference(random, compressed, plain, length);
        }
        String string = "c3 80" + Literal.bigEndian(compressed.size(), 4) + "80" + Literal.bigEndian(length, 4)
                + Literal.hex(compressed.toByteArray());

        byte[] bytes = Literal.bytes(string);
        var strings = new StringBytes(new RdbInput(ByteSources.inPieces(bytes, 1 + random.nextInt(3000)), 0));
        strings.open();

        byte[] decompressed = strings.readRest();

        assertThat(decompressed).as("seed %d", seed).isEqualTo(Arrays.copyOf(plain, length));
    }

    private static int addLiterals(Random random, ByteArrayOutputStream compressed, byte[] plain, int length) {
        int count = 1 + random.nextInt(32);
        compressed.write(count - 1);
        for (int i = 0; i < count; i++) {
            plain[length + i] = (byte) random.nextInt(256);
            compressed.write(plain[length + i]);
        }
        return length + count;
    }

    private static int addReference(Random random, ByteArrayOutputStream compressed, byte[] plain, int length) {
        int distance = 1 + random.nextInt(Math.min(length, random.nextBoolean() ? 8192 : 20));
        int count = 3 + random.nextInt(262);
        int farther = (distance - 1) >>> 8;
        if (count - 2 < 7) {
            compressed.write((count - 2) << 5 | farther);
        } else {
            compressed.write(7 << 5 | farther);
            compressed.write(count - 2 - 7);
        }
        compressed.write(distance - 1);
        for (int i = 0; i < count; i++) {
            plain[length + i] = plain[length + i - distance];
        }
        return length + count;
    }
}
