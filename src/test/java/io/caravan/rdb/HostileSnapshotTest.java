package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.RdbReader.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged snapshots: reading one ends, with its end or with a message that names the byte, and takes no more memory
 * than what is really there justifies.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileSnapshotTest {

    private static final long SEED = 20240917;
    private static final int MUTATIONS_PER_SNAPSHOT = 12;
    private static final long MEMORY = 8 << 20;
    private static final int MEMORY_PER_BYTE = 300;

    @BeforeAll
    static void look() {
        Fixtures.assumePresent();
    }

    @Test
    void changed_bytes_never_do_harm() throws Exception {
        int mutations = 0;
        for (Path path : Fixtures.snapshots()) {
            byte[] snapshot = Fixtures.read(path);
            for (int i = 0; i < MUTATIONS_PER_SNAPSHOT; i++) {
                long seed = SEED + mutations++;
                assertHarmless(
                        mutated(snapshot, new Random(seed)), Fixtures.nameOf(path) + " changed with seed " + seed);
            }
        }
        assertThat(mutations).isGreaterThan(2000);
    }

    @Test
    void bytes_changed_in_one_value_never_do_harm() throws Exception {
        // Where a whole snapshot is damaged its first fault ends the reading; here every value gets its share.
        for (String name :
                List.of("3.0.7/default.rdb", "deb-redis-8.6.3/default.rdb", "deb-valkey-9.1.2/default.rdb")) {
            byte[] snapshot = Fixtures.read(Fixtures.resolve(name));
            for (Value value : Value.allIn(snapshot)) {
                if (value.bytes.length > 4000) {
                    continue;
                }
                for (int i = 0; i < 60; i++) {
                    long seed = SEED + i;
                    byte[] mutated = mutated(value.bytes, new Random(seed));
                    assertHarmless(mutated, in -> decode(value.type, in), name + " " + value + " seed " + seed);
                }
            }
        }
    }

    @Test
    void a_snapshot_cut_anywhere_ends_too_early() throws Exception {
        for (String name :
                List.of("deb-redis-8.6.3/idmp.rdb", "modules/7.2.6-tair.rdb", "synthetic/zset_old_double_v6.rdb")) {
            byte[] snapshot = Fixtures.read(Fixtures.resolve(name));
            for (int length = 0; length < snapshot.length; length++) {
                byte[] cut = Arrays.copyOf(snapshot, length);

                Fault fault = assertHarmless(cut, name + " cut to " + length + " bytes");

                assertThat(fault).isEqualTo(Fault.END_TOO_EARLY);
            }
        }
    }

    @Test
    void every_value_cut_anywhere_ends_too_early() throws Exception {
        byte[] snapshot = Fixtures.read(Fixtures.resolve("deb-redis-8.6.3/default.rdb"));
        for (Value value : Value.allIn(snapshot)) {
            int step = Math.max(1, value.bytes.length / 100);
            for (int length = 0; length < value.bytes.length; length += step) {
                byte[] cut = Arrays.copyOf(value.bytes, length);

                Fault fault = assertHarmless(cut, in -> decode(value.type, in), value + " cut to " + length);

                assertThat(fault).isEqualTo(Fault.END_TOO_EARLY);
            }
        }
    }

    @Test
    void a_length_beyond_all_bounds_costs_nothing() throws Exception {
        UnaryOperator<String> huge = head -> head + "81 3f ff ff ff ff ff ff ff 'abc'";
        for (int type : new int[] {0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 25, 26}) {
            byte[] value = Literal.bytes(huge.apply(type == 25 ? "00 00 00 00 00 00 00 00" : ""));

            Fault fault = assertHarmless(value, in -> decode(type, in), "type " + type);

            assertThat(fault).as("type %d", type).isNotEqualTo(Fault.NONE);
        }
    }

    private enum Fault {
        NONE,
        CORRUPT,
        END_TOO_EARLY
    }

    @FunctionalInterface
    private interface Reading {
        void of(RdbInput in) throws IOException;
    }

    private static Fault assertHarmless(byte[] bytes, String what) throws Exception {
        return assertHarmless(bytes, HostileSnapshotTest::decodeAll, what);
    }

    private static Fault assertHarmless(byte[] bytes, Reading reading, String what) throws Exception {
        var fault = new Fault[] {Fault.NONE};
        long allocated;
        try {
            allocated = Allocation.bytesOf(() -> {
                fault[0] = faultOf(bytes, reading);
                return 0;
            });
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
        assertThat(allocated).as(what).isLessThan(MEMORY + (long) MEMORY_PER_BYTE * bytes.length);
        return fault[0];
    }

    private static Fault faultOf(byte[] bytes, Reading reading) {
        try {
            reading.of(new RdbInput(ByteSources.whole(bytes), 0));
            return Fault.NONE;
        } catch (CorruptRdbException e) {
            assertThat(e).hasMessageMatching("(?s)corrupt snapshot at byte \\d+: .+");
            return Fault.CORRUPT;
        } catch (EOFException e) {
            assertThat(e).hasMessageStartingWith("the snapshot ends too early, at byte " + bytes.length + ":");
            return Fault.END_TOO_EARLY;
        } catch (IOException e) {
            throw new AssertionError("neither corrupt nor at its end", e);
        }
    }

    private static void decodeAll(RdbInput in) throws IOException {
        var reader = new RdbReader(in);
        var decoder = new ValueDecoder(in, Decoding.ANYTHING);
        var commands = new CountedCommands();
        reader.readHeader();
        for (Entry entry = reader.next(); entry != Entry.END; entry = reader.next()) {
            if (entry == Entry.KEY) {
                decode(decoder, reader.type(), reader.key(), commands);
            }
        }
    }

    private static void decode(int type, RdbInput in) throws IOException {
        decode(new ValueDecoder(in, Decoding.ANYTHING), type, new byte[] {'k'}, new CountedCommands());
    }

    private static void decode(ValueDecoder decoder, int type, byte[] key, CountedCommands commands)
            throws IOException {
        try {
            decoder.decode(type, key, RdbReader.NO_EXPIRY, commands);
        } catch (UnsupportedValueException e) {
            assertThat(e).hasMessageContaining(" '");
        }
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        byte[] mutated = bytes.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && mutated.length > 0; i++) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(4)) {
                case 0 -> mutated[at] = (byte) random.nextInt(256);
                case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutated[at] = (byte) (random.nextBoolean() ? 0xff : 0x81);
                default -> Arrays.fill(mutated, at, Math.min(mutated.length, at + 9), (byte) random.nextInt(256));
            }
        }
        return mutated;
    }

    /** A value of a snapshot by itself. */
    private static final class Value {
        final int type;
        final byte[] bytes;
        private final String key;

        Value(int type, String key, byte[] bytes) {
            this.type = type;
            this.key = key;
            this.bytes = bytes;
        }

        static List<Value> allIn(byte[] snapshot) throws Exception {
            var in = new RdbInput(ByteSources.whole(snapshot), 1 << 20);
            var reader = new RdbReader(in);
            var skipper = new ValueSkipper(in);
            var values = new ArrayList<Value>();
            reader.readHeader();
            for (Entry entry = reader.next(); entry != Entry.END; entry = reader.next()) {
                if (entry == Entry.KEY) {
                    in.mark();
                    skipper.skipValue(reader.type());
                    byte[] bytes = Arrays.copyOfRange(in.window(), in.marked(), in.position());
                    in.unmark();
                    values.add(new Value(reader.type(), new String(reader.key(), StandardCharsets.ISO_8859_1), bytes));
                }
            }
            return values;
        }

        @Override
        public String toString() {
            return key + " (type " + type + ")";
        }
    }
}
