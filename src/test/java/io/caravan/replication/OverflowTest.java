package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.servers.Await;
import io.caravan.spool.SpoolDirectory;
import io.caravan.spool.SpoolPlace;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What memory has no room for waits on the disk, in order, and survives if it is not applied. */
class OverflowTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String HISTORY = "a".repeat(40);
    private static final String NEXT_HISTORY = "b".repeat(40);
    private static final int MEMORY = 10_000;
    private static final long LIMIT = 1024 * 1024;
    private static final int BUFFER = 1000;
    private static final ReplicationPosition START = new ReplicationPosition(HISTORY, 5000, 3);

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean valveOpen;
    private SpoolDirectory directory;
    private ShardInbox inbox;
    private ReceiveQueue queue;
    private long sent = START.offset();

    @BeforeEach
    void open() throws IOException {
        directory = SpoolDirectory.open(new SpoolPlace(folder, "test", LIMIT), List.of("shard"));
        inbox = ShardInbox.spooling(MEMORY, directory.spoolOf("shard"), "shard", threads);
        queue = inbox.renew(Optional.of(START));
        queue.attach(open -> valveOpen = open);
        queue.applied(START.offset());
    }

    @AfterEach
    void close() throws IOException {
        inbox.finish();
        directory.close();
        threads.shutdownNow();
    }

    @Test
    void as_long_as_memory_suffices_nothing_is_written() throws IOException {
        send(4);

        assertThat(read(4000)).isEqualTo(bytes(5000, 9000));
        queue.applied(9000);
        send(1);

        assertThat(queue.heldBytes()).isEqualTo(BUFFER);
        assertThat(inbox.spooledBytes()).isZero();
    }

    @Test
    void what_does_not_fit_into_memory_is_written_and_read_back_in_order() throws IOException {
        send(100);
        awaitSpooled(100 * BUFFER);

        Await.until("the valve is open", PATIENCE, () -> valveOpen);
        assertThat(queue.isEmpty()).isFalse();
        assertThat(read(100 * BUFFER)).isEqualTo(bytes(5000, sent));
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void what_is_applied_is_deleted_and_memory_serves_again() throws IOException {
        send(100);
        awaitSpooled(100 * BUFFER);
        read(100 * BUFFER);

        queue.applied(sent);

        awaitSpoolEmpty();
        send(3);
        assertThat(read(3000)).isEqualTo(bytes(sent - 3000, sent));
        assertThat(inbox.spooledBytes()).isZero();
    }

    @Test
    void what_has_been_read_and_not_applied_is_written_too() throws IOException {
        for (int i = 0; i < 30; i++) {
            send(1);
            read(BUFFER);
        }
        awaitSpooled(20 * BUFFER);

        assertThat(inbox.spooledBytes()).isGreaterThan(20 * BUFFER);
        inbox.finish();
        assertThat(reopened()).hasValue(sent);
    }

    @Test
    void another_process_goes_on_from_its_checkpoint() throws IOException {
        send(100);
        awaitSpooled(100 * BUFFER);
        read(40_000);
        queue.stored(20_000);
        queue.applied(25_000);
        directory.close(); // as if this process were gone

        ReplicationPosition from = recovered(new ReplicationPosition(HISTORY, 20_000, 3));

        assertThat(from.offset()).isEqualTo(20_000);
        queue = inbox.renew(Optional.of(from));
        assertThat(queue.received()).isEqualTo(new ReplicationPosition(HISTORY, sent, 0));
        send(20);
        assertThat(read((int) (sent - 20_000))).isEqualTo(bytes(20_000, sent));
    }

    @Test
    void what_lies_behind_the_checkpoint_is_kept_until_this_process_has_stored_another() throws IOException {
        send(400);
        awaitSpooled(400 * BUFFER);
        queue.stored(20_000);
        directory.close();
        ReplicationPosition from = recovered(new ReplicationPosition(HISTORY, 20_000, 3));
        queue = inbox.renew(Optional.of(from));
        List<String> files = files();

        read((int) (sent - 20_000 - BUFFER));
        queue.applied(sent - BUFFER);
        long before = inbox.spooledBytes();
        send(1);
        awaitSpooled(before + 1); // the writer deletes before it writes
        assertThat(files()).containsAll(files);

        inbox.stored(sent - 2 * BUFFER);
        queue.applied(sent - 2 * BUFFER);
        Await.until("what is before is deleted", PATIENCE, () -> !spooled().contains(Collections.min(files)));
    }

    @Test
    void a_stop_writes_what_is_not_applied() throws IOException {
        send(4);
        read(1500);
        queue.applied(6000);

        inbox.finish();

        assertThat(inbox.spooledBytes()).isPositive();
        assertThat(reopened()).hasValue(9000L);
    }

    @Test
    void a_stop_with_everything_applied_leaves_nothing() throws IOException {
        send(100);
        awaitSpooled(100 * BUFFER);
        read(100 * BUFFER);
        queue.applied(sent);

        inbox.finish();

        assertThat(files()).isEmpty();
    }

    @Test
    void what_an_earlier_process_has_left_of_another_history_is_given_up() throws IOException {
        send(100);
        awaitSpooled(100 * BUFFER);
        directory.close();

        recovered(new ReplicationPosition(NEXT_HISTORY, 6000, 0));

        assertThat(files()).isEmpty();
    }

    @Test
    void a_new_name_of_the_history_is_noted_where_it_begins() throws IOException {
        send(50);
        awaitSpooled(50 * BUFFER);
        queue.renamed(NEXT_HISTORY);
        send(50);
        awaitSpooled(100 * BUFFER);
        directory.close();

        ReplicationPosition from = recovered(new ReplicationPosition(HISTORY, 6000, 3));

        assertThat(from).isEqualTo(new ReplicationPosition(NEXT_HISTORY, 6000, 3));
        queue = inbox.renew(Optional.of(from));
        assertThat(queue.received().replicationId()).isEqualTo(NEXT_HISTORY);
    }

    @Test
    void what_is_in_doubt_where_another_master_took_over_is_not_continued() throws IOException {
        send(50);
        awaitSpooled(50 * BUFFER);
        long takenOver = sent;
        queue.renamed(NEXT_HISTORY);
        send(50);
        awaitSpooled(100 * BUFFER);
        directory.close();
        var from = new ReplicationPosition(HISTORY, 6000, 3);

        reopen();
        assertThat(inbox.recover(StartingPoint.at(from, takenOver, false)).position())
                .contains(from.renamed(NEXT_HISTORY));
        directory.close();

        reopen();
        assertThat(inbox.recover(StartingPoint.at(from, takenOver + 1, false))).isEqualTo(StartingPoint.ANEW);
        inbox.renew(Optional.empty());
        assertThat(files()).isEmpty();
    }

    @Test
    void a_spool_that_is_full_shuts_the_valve_until_there_is_room_again() throws IOException {
        sendUntilShut();
        Await.until(
                "the spool says that it is full",
                PATIENCE,
                () -> inbox.problem().contains("can take no more"));
        assertThat(inbox.problem()).contains("raise spoolBytes", folder.toString());

        read(600_000);
        queue.applied(605_000);

        Await.until("the valve opens", PATIENCE, () -> valveOpen);
        Await.until("the problem is over", PATIENCE, () -> inbox.problem().isEmpty());
        assertThat(read((int) (sent - 605_000))).isEqualTo(bytes(605_000, sent));
    }

    @Test
    void a_folder_that_cannot_be_written_holds_the_source_up_and_loses_nothing() throws IOException {
        Path shard = folder.resolve("task-test/shard-shard");
        Files.delete(shard);
        sendUntilShut();
        Await.until("the problem shows", PATIENCE, () -> inbox.problem().contains("cannot be written"));

        Files.createDirectory(shard);

        Await.until("the valve opens", PATIENCE, () -> valveOpen);
        send(30);
        assertThat(read((int) (sent - START.offset()))).isEqualTo(bytes(START.offset(), sent));
    }

    @Test
    void a_reader_that_needs_more_than_there_is_room_for_is_not_held_up() throws Exception {
        Files.delete(folder.resolve("task-test/shard-shard"));
        sendUntilShut();
        read((int) (sent - START.offset()));
        long before = sent;

        var reading = Background.run(() -> read(1000));
        Await.until("the valve opens", PATIENCE, () -> valveOpen);
        send(1);

        assertThat(reading.result()).isEqualTo(bytes(before, sent));
    }

    @Test
    void the_rest_of_a_snapshot_waits_on_the_disk_and_what_follows_gets_its_offsets() throws IOException {
        queue.granted(new PsyncReply.FullResynchronization(HISTORY, 1_000_000));
        sent = 0;
        send(20);
        queue.beginSnapshot(HISTORY);
        assertThat(read(500)).isEqualTo(bytes(0, 500));
        send(80);
        awaitSpooled(80 * BUFFER);
        assertThat(files()).allMatch(file -> file.startsWith("snapshot-"));
        assertThat(read(49_500)).isEqualTo(bytes(500, 50_000));

        queue.endSnapshot(1_000_000);

        queue.applied(1_000_000);
        assertThat(files()).noneMatch(file -> file.startsWith("snapshot-"));
        assertThat(read(10_000)).isEqualTo(bytes(50_000, 60_000));
        send(10);
        Await.until("all is on the disk", PATIENCE, () -> queue.heldBytes() == 0);
        directory.close();
        ReplicationPosition from = recovered(new ReplicationPosition(HISTORY, 1_000_000, 0));
        queue = inbox.renew(Optional.of(from));
        assertThat(read((int) (sent - 50_000))).isEqualTo(bytes(50_000, sent));
    }

    @Test
    void bytes_keep_the_time_of_their_arrival_on_the_disk() throws IOException {
        send(1);
        long first = System.nanoTime();
        send(99);
        awaitSpooled(100 * BUFFER);

        read(1);

        assertThat(queue.arrivedNanos())
                .isLessThan(first + Duration.ofSeconds(1).toNanos());
    }

    @Test
    void a_queue_that_is_given_up_says_so_at_once() throws IOException {
        send(100);

        queue.abandon(new EOFException("of no use"));

        assertThatThrownBy(() -> read(1)).hasMessage("of no use");
    }

    @RepeatedTest(10)
    void whatever_the_pace_of_source_reader_and_destination_the_bytes_are_the_same(RepetitionInfo repetition)
            throws Exception {
        long seed = repetition.getCurrentRepetition();
        long total = 3_000_000;
        var sender = Background.run(() -> {
            var random = new Random(seed);
            while (sent < total) {
                if (valveOpen) {
                    add((int) Math.min(1 + random.nextInt(3000), total - sent));
                } else {
                    Thread.onSpinWait();
                }
            }
            return sent;
        });
        var random = new Random(seed * 31);
        long read = START.offset();
        byte[] window = new byte[5000];
        while (read < total) {
            int count = queue.read(window, 0, 1 + random.nextInt(window.length));
            assertThat(Arrays.copyOf(window, count)).as("seed %d", seed).isEqualTo(bytes(read, read + count));
            read += count;
            if (random.nextInt(100) < seed * 10) {
                queue.applied(read - random.nextInt(count));
            }
        }

        assertThat(sender.result()).isEqualTo(total);
        queue.applied(total);
        awaitSpoolEmpty();
        assertThat(inbox.problem()).isEmpty();
    }

    private void sendUntilShut() {
        Await.until("the valve is shut", PATIENCE, () -> {
            for (int i = 0; i < 50 && valveOpen; i++) {
                send(1);
            }
            return !valveOpen && inbox.problem().contains("spool");
        });
    }

    private void send(int buffers) {
        for (int i = 0; i < buffers; i++) {
            add(BUFFER);
        }
    }

    private void add(int count) {
        long from = sent;
        sent += count;
        queue.add(Unpooled.wrappedBuffer(bytes(from, sent)));
    }

    private byte[] read(int count) throws IOException {
        byte[] target = new byte[count];
        int at = 0;
        while (at < count) {
            at += queue.read(target, at, count - at);
        }
        return target;
    }

    private static byte[] bytes(long from, long to) {
        byte[] bytes = new byte[Math.toIntExact(to - from)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((from + i) * 31 >> 3);
        }
        return bytes;
    }

    private void awaitSpooled(long bytes) {
        Await.until("so much is spooled", PATIENCE, inbox::spooledBytes, spooled -> spooled >= bytes);
    }

    private void awaitSpoolEmpty() {
        Await.until("the spool is empty", PATIENCE, inbox::spooledBytes, spooled -> spooled == 0);
    }

    /** What another process finds. */
    private Optional<Long> reopened() throws IOException {
        directory.close();
        recovered(new ReplicationPosition(HISTORY, 6000, 3));
        queue = inbox.renew(Optional.of(new ReplicationPosition(HISTORY, 6000, 3)));
        return Optional.of(queue.received().offset());
    }

    private ReplicationPosition recovered(ReplicationPosition from) throws IOException {
        reopen();
        return inbox.recover(StartingPoint.at(from, from.offset(), false))
                .position()
                .orElseThrow();
    }

    private void reopen() throws IOException {
        directory = SpoolDirectory.open(new SpoolPlace(folder, "test", LIMIT), List.of("shard"));
        inbox = ShardInbox.spooling(MEMORY, directory.spoolOf("shard"), "shard", threads);
    }

    private List<String> spooled() {
        try {
            return files();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> found = Files.list(folder.resolve("task-test/shard-shard"))) {
            return found.map(path -> path.getFileName().toString()).toList();
        }
    }
}
