package io.caravan.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is appended is read back, by this process or the next, or is known to be missing. */
class SpoolTest {

    private static final String HISTORY = "a".repeat(40);
    private static final String NEXT_HISTORY = "b".repeat(40);
    private static final long LIMIT = 1024 * 1024;

    @TempDir
    Path folder;

    @Test
    void what_is_appended_is_read_back() throws IOException {
        Spool spool = open();

        append(spool, 4711, "abc", "def");

        assertThat(spool.start()).isEqualTo(4711);
        assertThat(spool.end()).isEqualTo(4717);
        assertThat(text(spool, 4711)).isEqualTo("abcdef");
        assertThat(text(spool, 4713)).isEqualTo("cdef");
    }

    @Test
    void a_file_is_called_by_the_offset_at_which_it_begins() throws IOException {
        append(open(), 4711, "abc");

        assertThat(files()).containsExactly("00000000000000004711.spool");
    }

    @Test
    void only_the_owner_may_read_a_file() throws IOException {
        append(open(), 4711, "abc");

        Path file = folder.resolve("00000000000000004711.spool");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void bytes_that_do_not_follow_are_a_mistake() throws IOException {
        Spool spool = open();
        append(spool, 100, "abc");

        assertThatThrownBy(() -> append(spool, 104, "x")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void the_time_of_arrival_is_kept() throws IOException {
        Spool spool = open();
        long arrived = System.nanoTime() - TimeUnit.MINUTES.toNanos(5);
        spool.append(0, HISTORY, arrived, List.of(ByteBuffer.wrap(new byte[10])));

        SpoolReader reader = spool.reader(0);
        reader.read(new byte[10], 0, 10);

        assertThat(Math.abs(reader.arrivedNanos() - arrived)).isLessThan(TimeUnit.MICROSECONDS.toNanos(2));
    }

    @Test
    void a_spool_that_is_full_takes_nothing_until_something_is_deleted() throws IOException {
        Spool spool = open();
        long end = fill(spool);

        assertThatThrownBy(() -> append(spool, end, 40_000))
                .isInstanceOf(SpoolFullException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("of " + LIMIT + " bytes");
        assertThat(spool.bytes()).isLessThanOrEqualTo(LIMIT);
        spool.deleteUpTo(end / 2);

        append(spool, end, 40_000);
        assertThat(spool.end()).isEqualTo(end + 40_000);
    }

    @Test
    void deletion_keeps_what_lies_behind_an_offset() throws IOException {
        Spool spool = open();
        long end = fill(spool);

        spool.deleteUpTo(end / 2);

        assertThat(spool.start()).isLessThanOrEqualTo(end / 2).isPositive();
        assertThat(read(spool, end / 2)).isEqualTo(bytes(end / 2, end));
        assertThat(spool.bytes()).isEqualTo(bytesOfFiles());
    }

    @Test
    void an_empty_spool_has_no_file() throws IOException {
        Spool spool = open();
        fill(spool);

        spool.clear();

        assertThat(files()).isEmpty();
        assertThat(spool.bytes()).isZero();
        assertThat(spool.isEmpty()).isTrue();
    }

    @Test
    void another_process_goes_on_from_its_checkpoint() throws IOException {
        Spool before = open();
        long end = fill(before);

        Spool after = open();

        assertThat(after.recover(HISTORY, 1000)).hasValue(end);
        assertThat(read(after, 1000)).isEqualTo(bytes(1000, end));
        append(after, end, 1000);
        assertThat(read(after, 1000)).isEqualTo(bytes(1000, end + 1000));
    }

    @Test
    void nothing_is_kept_of_another_history() throws IOException {
        append(open(), 0, 1000);

        Spool after = open();

        assertThat(after.recover(NEXT_HISTORY, 10)).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void nothing_is_kept_if_bytes_are_missing_before_it() throws IOException {
        append(open(), 1000, 1000);

        Spool after = open();

        assertThat(after.recover(HISTORY, 999)).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void nothing_is_kept_if_all_of_it_is_applied() throws IOException {
        append(open(), 0, 1000);

        Spool after = open();

        assertThat(after.recover(HISTORY, 1000)).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void a_history_that_was_renamed_is_known_by_both_names() throws IOException {
        Spool before = open();
        append(before, 0, 1000);
        before.append(1000, NEXT_HISTORY, 0, List.of(ByteBuffer.wrap(bytes(1000, 1500))));

        assertThat(open().recover(HISTORY, 500)).hasValue(1500);
        assertThat(open().recover(NEXT_HISTORY, 500)).hasValue(1500);
        assertThat(open().recover(NEXT_HISTORY, 1200)).hasValue(1500);
        assertThat(open().recover(HISTORY, 1200)).isEmpty();
    }

    @Test
    void a_new_name_is_noted_even_if_nothing_follows() throws IOException {
        Spool before = open();
        append(before, 0, 1000);
        before.rename(NEXT_HISTORY);

        Spool after = open();

        assertThat(after.recover(NEXT_HISTORY, 500)).hasValue(1000);
        assertThat(after.history()).isEqualTo(NEXT_HISTORY);
    }

    @Test
    void a_snapshot_does_not_survive() throws IOException {
        Spool before = open();
        before.beginSnapshot();
        append(before, 0, 1000);
        assertThat(files()).containsExactly("snapshot-00000000000000000000.spool");

        Spool after = open();

        assertThat(after.isEmpty()).isTrue();
        assertThat(files()).isEmpty();
    }

    @Test
    void what_follows_a_snapshot_gets_the_offsets_of_the_stream() throws IOException {
        Spool before = open();
        before.beginSnapshot();
        long end = fill(before);
        long snapshot = end / 2;

        before.endSnapshot(HISTORY, snapshot, 50 - snapshot);
        byte[] left = read(before, 50);

        assertThat(left).isEqualTo(bytes(snapshot, end));
        Spool after = open();
        assertThat(after.recover(HISTORY, 50)).hasValue(50 + end - snapshot);
        assertThat(read(after, 50)).isEqualTo(left);
    }

    @Test
    void a_file_that_ends_anywhere_in_its_last_blocks_is_good_up_to_the_block_before() throws IOException {
        Spool before = open();
        append(before, 0, 40);
        append(before, 40, 30);
        append(before, 70, 20);
        Path file = folder.resolve(files().get(0));
        byte[] whole = Files.readAllBytes(file);
        int[] ends = {64, 64 + 16 + 40, 64 + 32 + 70, 64 + 48 + 90};
        int[] good = {0, 40, 70, 90};

        for (int length = 0; length <= whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int blocks = -1;
            while (blocks + 1 < ends.length && ends[blocks + 1] <= length) {
                blocks++;
            }
            Spool after = open();
            if (blocks <= 0) {
                assertThat(after.recover(HISTORY, 0)).as("%d bytes", length).isEmpty();
            } else {
                assertThat(after.recover(HISTORY, 0)).as("%d bytes", length).hasValue(good[blocks]);
                assertThat(read(after, 0)).isEqualTo(bytes(0, good[blocks]));
            }
        }
    }

    @Test
    void every_bit_that_is_another_is_found() throws IOException {
        Spool before = open();
        append(before, 0, 40);
        append(before, 40, 30);
        Path file = folder.resolve(files().get(0));
        byte[] whole = Files.readAllBytes(file);

        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            int at = bit / 8;
            long good = at < 64 ? -1 : at < 64 + 16 + 40 ? 0 : 40;
            Spool after = open();
            if (good <= 0) {
                assertThat(after.recover(HISTORY, 0)).as("bit %d", bit).isEmpty();
            } else {
                assertThat(after.recover(HISTORY, 0)).as("bit %d", bit).hasValue(good);
            }
        }
    }

    @Test
    void damage_that_shows_when_a_file_is_read_names_file_and_position() throws IOException {
        Spool spool = open();
        append(spool, 0, 40);
        append(spool, 40, 30);
        Path file = folder.resolve(files().get(0));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> read(spool, 0))
                .isInstanceOf(DamagedSpoolException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("byte 120");
    }

    @Test
    void a_length_that_was_made_up_is_not_believed() throws IOException {
        append(open(), 0, 40);
        Path file = folder.resolve(files().get(0));
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putInt(64 + 4, Integer.MAX_VALUE);
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);

        assertThat(open().recover(HISTORY, 0)).isEmpty();
    }

    @Test
    void a_disk_that_is_full_for_a_while_loses_nothing() throws IOException {
        var disk = new SmallDisk(10_000);
        var spool = new Spool(folder, LIMIT, 0, disk);
        append(spool, 0, 6000);
        assertThatThrownBy(() -> append(spool, 6000, 6000)).hasMessage("No space left on device");
        assertThatThrownBy(() -> append(spool, 6000, 6000)).hasMessage("No space left on device");
        assertThat(spool.end()).isEqualTo(6000);

        disk.room = 100_000;
        append(spool, 6000, 6000);

        assertThat(read(spool, 0)).isEqualTo(bytes(0, 12_000));
        assertThat(open().recover(HISTORY, 0)).hasValue(12_000);
    }

    @Test
    void some_of_the_disk_is_left_to_others() throws IOException {
        var spool = new Spool(folder, LIMIT, 20_000, new SmallDisk(10_000));

        assertThatThrownBy(() -> append(spool, 0, 10))
                .isInstanceOf(SpoolFullException.class)
                .hasMessageContaining("only 10000 bytes left");
    }

    @RepeatedTest(20)
    void random_appends_reads_deletions_and_restarts_give_back_what_came(RepetitionInfo repetition) throws IOException {
        var random = new Random(repetition.getCurrentRepetition());
        Spool spool = open();
        long start = random.nextInt(1000);
        long end = start;
        long read = start;
        SpoolReader reader = null;
        for (int i = 0; i < 300; i++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> {
                    int count = 1 + random.nextInt(20_000);
                    try {
                        append(spool, end, count);
                        end += count;
                    } catch (SpoolFullException e) {
                        assertThat(spool.bytes()).isLessThanOrEqualTo(LIMIT);
                    }
                }
                case 4, 5 -> {
                    byte[] target = new byte[1 + random.nextInt(30_000)];
                    reader = reader == null ? spool.reader(read) : reader;
                    if (read < end) {
                        int count = reader.read(target, 0, target.length);
                        assertThat(Arrays.copyOf(target, count)).isEqualTo(bytes(read, read + count));
                        read += count;
                    }
                }
                case 6 -> spool.deleteUpTo(read);
                default -> {
                    if (reader != null) {
                        reader.close();
                        reader = null;
                    }
                    spool.close();
                    spool = open();
                    if (read < end) {
                        assertThat(spool.recover(HISTORY, read)).hasValue(end);
                    } else {
                        spool.clear();
                    }
                }
            }
        }
    }

    private Spool open() throws IOException {
        return new Spool(folder, LIMIT, 0, SpoolDisk.REAL);
    }

    /** Appends until nothing more fits; answers the offset behind it. */
    private static long fill(Spool spool) throws IOException {
        long end = 0;
        while (spool.bytes() + 40_016 + 64 <= LIMIT) {
            append(spool, end, 40_000);
            end += 40_000;
        }
        return end;
    }

    private static void append(Spool spool, long offset, int count) throws IOException {
        spool.append(offset, HISTORY, System.nanoTime(), List.of(ByteBuffer.wrap(bytes(offset, offset + count))));
    }

    private static void append(Spool spool, long offset, String... texts) throws IOException {
        List<ByteBuffer> pieces = Stream.of(texts)
                .map(text -> ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)))
                .toList();
        spool.append(offset, HISTORY, System.nanoTime(), pieces);
    }

    /** The bytes of a made-up stream: each tells its offset. */
    private static byte[] bytes(long from, long to) {
        byte[] bytes = new byte[Math.toIntExact(to - from)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((from + i) * 31 >> 3);
        }
        return bytes;
    }

    private static String text(Spool spool, long from) throws IOException {
        return new String(read(spool, from), StandardCharsets.US_ASCII);
    }

    private static byte[] read(Spool spool, long from) throws IOException {
        var all = new ByteArrayOutputStream();
        byte[] target = new byte[7777];
        try (SpoolReader reader = spool.reader(from)) {
            while (reader.offset() < spool.end()) {
                all.write(target, 0, reader.read(target, 0, target.length));
            }
        }
        return all.toByteArray();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private long bytesOfFiles() throws IOException {
        long sum = 0;
        for (String name : files()) {
            sum += Files.size(folder.resolve(name));
        }
        return sum;
    }
}
