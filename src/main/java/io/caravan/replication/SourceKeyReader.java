package io.caravan.replication;

import io.caravan.command.Databases;
import io.caravan.command.KeyValue;
import io.caravan.command.ReservedKeys;
import io.caravan.node.ServerInfo;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys of a shard, each together with the offset at which it was read: {@code MULTI}, {@code PTTL} or {@code PEXPIRETIME}, {@code
 * DUMP}, {@code ROLE}, {@code EXEC}. Nothing is executed between the commands of a transaction, so value and offset belong
 * together exactly. When a key expires is said in the source's time, as the stream says it: what is left is counted from a {@code TIME} just
 * before the transaction, since it may be long from our question to the answer, and a {@code DUMP} may take seconds.
 *
 * <p>Requests come from any thread and wait in a queue; one task at a time on the executor sends them, many at once, and
 * waits for the answers.
 */
final class SourceKeyReader {

    private static final int KEYS_AT_ONCE = 64;

    /** {@code SELECT MULTI life DUMP ROLE EXEC}; a {@code TIME} comes before {@code MULTI}. */
    private static final int FRAMES_PER_KEY = 6;

    private static final int TIME_FRAME = 1;
    private static final int DUMP_FROM_END = 3;
    private static final int MOST_KEYS_OF_SLOT = 100_000;

    /** A line of INFO keyspace; a cluster has such databases since Valkey 9, and lists the keys of a slot by database. */
    private static final Pattern OTHER_DATABASE = Pattern.compile("(?m)^db[1-9]");

    private static final Pattern ELSEWHERE = Pattern.compile("(MOVED|ASK) ");

    private record Request(byte[] key, int database, CompletableFuture<KeyValue> value) {}

    private final SourceSettings settings;
    private final Supplier<SourceMaster> master;
    private final Supplier<String> history;
    private final SourceClock clock;
    private final Executor executor;
    private final ConcurrentLinkedQueue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private @Nullable SourceConnection connection;

    /**
     * @param master where the shard's master is at the moment
     * @param history what the history is called that the shard's link brings, if it may be another node that brings it: what another
     *     history has of a key counts for nothing. Empty if it is not to be looked at
     */
    SourceKeyReader(
            SourceSettings settings,
            Supplier<SourceMaster> master,
            Supplier<String> history,
            SourceClock clock,
            Executor executor) {
        this.settings = settings;
        this.master = master;
        this.history = history;
        this.clock = clock;
        this.executor = executor;
    }

    /** @param key as it is called in the shard's batches, {@code database} likewise */
    CompletionStage<KeyValue> read(byte[] key, int database) {
        Databases.Origin origin = settings.databases().originOf(key, database);
        var request = new Request(origin.key(), origin.database(), new CompletableFuture<>());
        waiting.add(request);
        schedule();
        return request.value();
    }

    /** Which of these keys the master has not; they are called as in the shard's batches. */
    CompletionStage<List<byte[]>> absent(int database, List<byte[]> keys) {
        List<Databases.Origin> origins = keys.stream()
                .map(key -> settings.databases().originOf(key, database))
                .toList();
        var result = new CompletableFuture<List<byte[]>>();
        executor.execute(() -> {
            try {
                result.complete(
                        askWhichAreAbsent(origins).stream().mapToObj(keys::get).toList());
            } catch (IOException | RuntimeException e) {
                close();
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private BitSet askWhichAreAbsent(List<Databases.Origin> keys) throws IOException {
        SourceConnection open = connect();
        var questions = new RespWriter(8 * 1024);
        for (Databases.Origin key : keys) {
            questions.command("SELECT", Integer.toString(key.database()));
            questions.array(2).bulk("EXISTS").bulk(key.key());
        }
        List<CompletableFuture<Reply>> replies = open.requests(questions, 2 * keys.size());
        Optional<CompletableFuture<Reply>> replication = askHistory(open);
        var absent = new BitSet();
        for (int i = 0; i < keys.size(); i++) {
            requireDatabase(
                    open.await(replies.get(2 * i), "SELECT"), keys.get(i).database());
            Reply reply = open.await(replies.get(2 * i + 1), "EXISTS");
            if (reply instanceof Reply.Failure failure) {
                throw SourceException.retry("source " + master.get().address() + " does not tell which keys it has: '"
                        + MalformedRespException.quote(failure.text()) + "'; grant the user +exists on all keys");
            }
            absent.set(i, reply.text().equals("0"));
        }
        requireSameHistory(open, replication);
        return absent;
    }

    /**
     * The keys of a slot that the master has, Caravan's own left out.
     *
     * @return fails with a {@link SourceException} that is of no use to repeat if the account may not ask, or if they are more than fit
     *     into memory
     */
    CompletionStage<List<byte[]>> keysIn(int slot) {
        var result = new CompletableFuture<List<byte[]>>();
        executor.execute(() -> {
            try {
                result.complete(askForKeysIn(slot));
            } catch (IOException | RuntimeException e) {
                close();
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private List<byte[]> askForKeysIn(int slot) throws IOException {
        SourceConnection open = connect();
        if (OTHER_DATABASE.matcher(open.ask("INFO", "keyspace").text()).find()) {
            throw SourceException.stop("source " + master.get().address() + " has keys in databases other than 0");
        }
        Reply reply = open.ask("CLUSTER", "GETKEYSINSLOT", Integer.toString(slot), Integer.toString(MOST_KEYS_OF_SLOT));
        if (reply instanceof Reply.Failure failure) {
            throw SourceException.stop("source " + master.get().address() + " does not tell the keys of a slot: '"
                    + MalformedRespException.quote(failure.text())
                    + "'; grant the user +cluster|getkeysinslot (+cluster before Redis 7.0)");
        }
        if (!(reply instanceof Reply.Elements keys) || keys.replies().size() >= MOST_KEYS_OF_SLOT) {
            throw SourceException.stop("source " + master.get().address() + ": slot " + slot + " has "
                    + MOST_KEYS_OF_SLOT + " keys or more, too many to be read one by one");
        }
        return keys.replies().stream()
                .filter(Reply.Bulk.class::isInstance)
                .map(key -> ((Reply.Bulk) key).bytes())
                .filter(key -> !ReservedKeys.contain(key, 0, key.length))
                .toList();
    }

    /** Ends the connection, if there is one; later requests make a new one. On the executor's thread. */
    void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private void schedule() {
        if (!waiting.isEmpty() && scheduled.compareAndSet(false, true)) {
            executor.execute(this::readSome);
        }
    }

    private void readSome() {
        List<Request> round = new ArrayList<>();
        for (Request next = waiting.poll(); next != null; next = round.size() < KEYS_AT_ONCE ? waiting.poll() : null) {
            round.add(next);
        }
        try {
            read(round);
        } catch (IOException | RuntimeException e) {
            close();
            round.forEach(request -> request.value().completeExceptionally(e));
        } finally {
            scheduled.set(false);
            schedule();
        }
    }

    private void read(List<Request> round) throws IOException {
        SourceConnection open = connect();
        var questions = new RespWriter(8 * 1024);
        boolean moments = saysMoments();
        int frames = moments ? FRAMES_PER_KEY : FRAMES_PER_KEY + 1;
        for (Request request : round) {
            questions.command("SELECT", Integer.toString(request.database()));
            if (!moments) {
                questions.command("TIME"); // outside: where it is refused, the transaction is not
            }
            questions.command("MULTI");
            questions.array(2).bulk(moments ? "PEXPIRETIME" : "PTTL").bulk(request.key());
            questions.array(2).bulk("DUMP").bulk(request.key());
            questions.command("ROLE").command("EXEC");
        }
        List<CompletableFuture<Reply>> replies = open.requests(questions, round.size() * frames);
        Optional<CompletableFuture<Reply>> replication = askHistory(open);
        long asked = SteadyClock.millis() + clock.differenceMillis();
        requireSameHistory(open, replication);
        for (int i = 0; i < round.size(); i++) {
            List<CompletableFuture<Reply>> ofKey = replies.subList(i * frames, (i + 1) * frames);
            Reply selected = open.await(ofKey.get(0), "SELECT");
            Reply result = open.await(ofKey.get(frames - 1), "EXEC");
            Reply dump = open.await(ofKey.get(frames - DUMP_FROM_END), "DUMP");
            Request request = round.get(i);
            try {
                requireDatabase(selected, request.database());
                long from = moments
                        ? 0
                        : SourceConnection.millisIn(open.await(ofKey.get(TIME_FRAME), "TIME"))
                                .orElse(asked);
                request.value().complete(understand(dump, result, from));
            } catch (IOException e) {
                request.value().completeExceptionally(e);
            }
        }
    }

    /** What follows a refused {@code SELECT} is of the database before it; of an account that may not choose any, of database 0. */
    private void requireDatabase(Reply selected, int database) throws IOException {
        if (database != 0 && selected instanceof Reply.Failure failure) {
            throw SourceException.retry("source " + master.get().address() + " does not let us read database "
                    + database + ": '" + MalformedRespException.quote(failure.text()) + "'; grant the user +select");
        }
    }

    private Optional<CompletableFuture<Reply>> askHistory(SourceConnection open) {
        if (history.get().isEmpty()) {
            return Optional.empty();
        }
        var question = new RespWriter(32);
        question.command("INFO", "replication");
        return Optional.of(open.requests(question, 1).get(0));
    }

    /**
     * Whoever calls himself a master may have been replaced, while the link comes from a replica that follows the new one; or the new one
     * answers, and the replica follows the former still. Asked behind the keys: a master that calls its history so now did so when it
     * said what it has. While there is no link nobody asks: the next one tells whether another has taken over.
     */
    private void requireSameHistory(SourceConnection open, Optional<CompletableFuture<Reply>> replication)
            throws IOException {
        String linked = history.get();
        if (linked.isEmpty() || replication.isEmpty()) {
            return;
        }
        Reply reply = open.await(replication.get(), "INFO");
        if (reply instanceof Reply.Failure) {
            return; // an account that may not ask is not linked to a replica
        }
        var answering = new NodeHistory(ServerInfo.parse(reply.text()));
        if (answering.info().replica() || !answering.isCalled(linked)) {
            throw SourceException.retry("source " + open.node()
                    + " is not in the history that the link brings: one of the two has not heard of a fail-over yet");
        }
    }

    /** Since Redis 7.0 the moment is known exactly; before, to some milliseconds, or as exactly as the clocks are without {@code TIME}. */
    private boolean saysMoments() {
        return master.get().version().filter(version -> version.atLeast(7, 0)).isPresent();
    }

    private KeyValue understand(Reply dump, Reply result, long from) throws IOException {
        if (dump instanceof Reply.Failure failure
                && ELSEWHERE.matcher(failure.text()).lookingAt()) {
            throw SourceException.retry("source " + master.get().address() + " has given its slot to another shard, '"
                    + MalformedRespException.quote(failure.text())
                    + "'; once the slots of the source stay where they are, it is read there");
        }
        if (!(result instanceof Reply.Elements elements) || elements.replies().size() != 3) {
            throw SourceException.retry("source " + master.get().address() + " does not let us read a key: '"
                    + MalformedRespException.quote(result.text())
                    + "'; grant the user +dump +pttl +pexpiretime +role +select +multi +exec on all keys");
        }
        if (!(elements.replies().get(2) instanceof Reply.Elements role)
                || !role.replies().get(0).text().equals("master")) {
            throw SourceException.retry("source " + master.get().address() + " is not a master at the moment");
        }
        byte[] payload = elements.replies().get(1) instanceof Reply.Bulk bulk ? bulk.bytes() : null;
        long life = Long.parseLong(elements.replies().get(0).text());
        long offset = Long.parseLong(role.replies().get(1).text());
        return new KeyValue(payload, life < 0 ? 0 : from + life, offset);
    }

    private SourceConnection connect() throws IOException {
        SourceConnection open = connection;
        if (open != null
                && open.channel().isActive()
                && open.node().equals(master.get().address())) {
            return open;
        }
        close();
        open = SourceConnection.open(settings.transport(), master.get().address(), settings.credentials());
        connection = open;
        return open;
    }
}
