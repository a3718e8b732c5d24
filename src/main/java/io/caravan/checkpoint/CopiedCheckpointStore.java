package io.caravan.checkpoint;

import io.caravan.checkpoint.Checkpoint.Sweep;
import io.caravan.checkpoint.RedisCheckpointStore.Commands;
import io.caravan.command.HashSlot;
import io.caravan.command.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints in a destination of several masters: where {@link RedisCheckpointStore} keeps them, and a copy at every master. A master
 * that is replaced, or started again, while nobody watches may have lost the last of what it had acknowledged, and with it the last of
 * its copy; what an older copy says is applied, that master has.
 *
 * <p>What always holds: (A) A checkpoint that is loaded says what all copies say: of what is applied the least, of the ceilings the
 * highest. (B) If a copy is missing, its master has lost everything, so the checkpoint says that a snapshot has to follow; likewise if all
 * is missing but copies. (C) Which copies there are, each of them says, {@code copies=0,5504,10880}: the slots in which they lie. A slot is named
 * only once its master has taken a copy: where it is on its way to another master, none does. (D) A copy is
 * written at the master that what it says was applied at, or not at all ({@link Masters}): the successor of one that was replaced may lack
 * what the copy says. Of a standard server that holds for the checkpoint itself.
 *
 * <p>Thread-safe; of a checkpoint one {@link #save} at a time.
 */
public final class CopiedCheckpointStore implements CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(CopiedCheckpointStore.class);

    /** Slots in which a copy may lie: so many that every master has one of them, and so few that all can be asked. */
    private static final List<Integer> PLACES =
            IntStream.range(0, 128).mapToObj(place -> place * 128).toList();

    /** For so long a master is waited for that may be gone. */
    private static final long COPY_MILLIS = 1000;

    private static final String COPIES = " copies=";

    private final RedisCheckpointStore main;
    private final CheckpointCopies copies;
    private final Masters masters;

    /** What has to be known of the destination's masters. Thread-safe; nothing waits. */
    public interface Masters {

        /** Of some slots one for each master that serves any of them; none of a standard server. */
        List<Integer> oneOfEach(List<Integer> slots);

        /** How often a master may have lost something so far. */
        long losses();

        /**
         * Runs a command at the master of a slot, behind everything that has gone there.
         *
         * @param losses how often masters had lost something when that was known which the command says; it is not run if it was more often
         */
        CompletionStage<Void> write(int slot, List<byte[]> arguments, long losses);
    }

    /** Where this process or one before has left a copy. */
    private final Set<Place> used = ConcurrentHashMap.newKeySet();

    /** Where a master has taken one; it goes with its slot. */
    private final Set<Place> taken = ConcurrentHashMap.newKeySet();

    private record Place(int slot, String shard) {}

    /**
     * @param timeoutMillis how long {@link #load} waits for an answer
     */
    public CopiedCheckpointStore(Commands commands, long timeoutMillis, Masters masters) {
        main = new RedisCheckpointStore(commands, timeoutMillis);
        copies = new CheckpointCopies(commands, masters::write, timeoutMillis);
        this.masters = masters;
    }

    @Override
    public long losses() {
        return masters.losses();
    }

    @Override
    public List<Checkpoint> load(String task) throws IOException {
        Map<String, String> kept = main.lines(task);
        Map<Integer, CompletionStage<Map<String, String>>> asked = new TreeMap<>();
        if (!masters.oneOfEach(PLACES).isEmpty()) {
            PLACES.forEach(slot -> asked.put(slot, copies.lines(task, slot)));
        }
        Map<Integer, Map<String, String>> found = copies.await(asked);
        found.forEach((slot, lines) -> lines.keySet().forEach(shard -> used.add(new Place(slot, shard))));
        taken.addAll(used);
        Set<String> shards = new ConcurrentSkipListSet<>(kept.keySet());
        found.values().forEach(lines -> shards.addAll(lines.keySet()));
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (String shard : shards) {
            checkpoints.add(merge(task, shard, Optional.ofNullable(kept.get(shard)), asked.keySet(), found));
        }
        return checkpoints;
    }

    private Checkpoint merge(
            String task,
            String shard,
            Optional<String> kept,
            Set<Integer> asked,
            Map<Integer, Map<String, String>> found)
            throws IOException {
        Map<String, Checkpoint> records = new LinkedHashMap<>();
        List<String> lines = Stream.concat(
                        kept.stream(), found.values().stream().flatMap(copy -> Stream.ofNullable(copy.get(shard))))
                .toList();
        for (String line : lines) {
            records.put(line, main.decode(task, shard, line));
        }
        Map.Entry<String, Checkpoint> latest = records.entrySet().stream()
                .max(Comparator.comparingLong(record -> record.getValue().timeMillis()))
                .orElseThrow();
        List<Checkpoint> counted = new ArrayList<>();
        kept.map(records::get).ifPresent(counted::add);
        boolean lost = kept.isEmpty();
        for (int slot : placesIn(latest.getKey())) {
            if (asked.contains(slot) && !found.containsKey(slot)) {
                throw new IOException("the destination does not give the copy of its checkpoints in slot " + slot
                        + ": its master may have lost what was written to it; try again when it serves that slot");
            }
            String copy = found.getOrDefault(slot, Map.of()).get(shard);
            if (copy == null) {
                lost = true;
                LOG.warn(
                        "task {}: the master of slot {} of the destination has lost the checkpoint of shard {}, so it may have lost"
                                + " anything: a snapshot follows",
                        task,
                        slot,
                        shard);
            } else {
                counted.add(records.get(copy));
            }
        }
        return merged(latest.getValue(), counted, lost);
    }

    /** Invariants A and B. */
    private static Checkpoint merged(Checkpoint latest, List<Checkpoint> counted, boolean lost) {
        Checkpoint least = counted.stream()
                .min(Comparator.comparingLong(Checkpoint::applied))
                .orElse(latest);
        boolean unclear = lost
                || counted.stream().anyMatch(record -> record.phase() == Phase.SNAPSHOT)
                || counted.stream().map(Checkpoint::replicationId).distinct().count() > 1
                || counted.stream().map(Checkpoint::lineage).distinct().count() > 1;
        boolean due = counted.stream().anyMatch(record -> record.sweep() == Sweep.DUE);
        return new Checkpoint(
                latest.task(),
                latest.shard(),
                latest.source(),
                least.replicationId(),
                least.applied(),
                counted.stream().mapToLong(Checkpoint::ceiling).max().orElse(latest.ceiling()),
                unclear ? Phase.SNAPSHOT : Phase.STREAM,
                least.database(),
                least.slots(),
                due ? Sweep.DUE : latest.sweep(),
                Stream.concat(Stream.of(latest), counted.stream())
                        .map(Checkpoint::writers)
                        .flatMap(Collection::stream)
                        .distinct()
                        .toList(),
                least.lineage(),
                latest.timeMillis());
    }

    private static List<Integer> placesIn(String line) {
        int at = line.lastIndexOf(COPIES);
        return at < 0
                ? List.of()
                : Stream.of(line.substring(at + COPIES.length()).split(","))
                        .filter(slot -> slot.matches("\\d{1,5}"))
                        .map(Integer::valueOf)
                        .toList();
    }

    @Override
    public CompletionStage<Void> save(Checkpoint checkpoint, long losses) {
        List<Integer> places = masters.oneOfEach(PLACES);
        String line = checkpoint.encode();
        if (places.isEmpty()) {
            byte[] key = RedisCheckpointStore.key(checkpoint.task()).getBytes(StandardCharsets.UTF_8);
            return masters.write(
                    HashSlot.of(key), RedisCheckpointStore.saving(checkpoint.task(), checkpoint.shard(), line), losses);
        }
        List<Integer> known = takenOf(places, checkpoint.shard());
        List<Integer> fresh =
                places.stream().filter(slot -> !known.contains(slot)).toList();
        return copy(checkpoint, fresh, line + naming(known), losses)
                .thenCompose(done -> save(checkpoint, places, known, losses))
                .thenRun(() -> remove(checkpoint.task(), checkpoint.shard(), places));
    }

    /** Once more if a copy turns out to be on its way to another master: it says what it said before, and is not to be named. */
    private CompletionStage<Void> save(Checkpoint checkpoint, List<Integer> places, List<Integer> known, long losses) {
        List<Integer> named = takenOf(places, checkpoint.shard());
        String line = checkpoint.encode() + naming(named);
        return CompletableFuture.allOf(
                        copy(checkpoint, known, line, losses),
                        main.save(checkpoint.task(), checkpoint.shard(), line).toCompletableFuture())
                .thenCompose(done -> {
                    List<Integer> left = takenOf(named, checkpoint.shard());
                    return left.size() == named.size()
                            ? CompletableFuture.completedStage(null)
                            : save(checkpoint, places, left, losses);
                });
    }

    private List<Integer> takenOf(List<Integer> places, String shard) {
        return places.stream()
                .filter(slot -> taken.contains(new Place(slot, shard)))
                .toList();
    }

    private static String naming(List<Integer> places) {
        return places.isEmpty()
                ? ""
                : COPIES + String.join(",", places.stream().map(String::valueOf).toList());
    }

    /** Ends when each master has taken the copy, or cannot do so for now. */
    private CompletableFuture<Void> copy(Checkpoint checkpoint, List<Integer> places, String line, long losses) {
        List<CompletableFuture<Void>> copied = new ArrayList<>();
        for (int slot : places) {
            var place = new Place(slot, checkpoint.shard());
            used.add(place);
            copied.add(copies.save(checkpoint.task(), slot, checkpoint.shard(), line, losses)
                    .thenRun(() -> taken.add(place))
                    .completeOnTimeout(null, COPY_MILLIS, TimeUnit.MILLISECONDS)
                    .exceptionally(failure -> {
                        if (isOnItsWay(failure)) {
                            taken.remove(place);
                        }
                        return null;
                    }));
        }
        return CompletableFuture.allOf(copied.toArray(CompletableFuture<?>[]::new));
    }

    /** {@code ASK} is answered while a slot is on its way, and by a master only. */
    private static boolean isOnItsWay(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage()).startsWith("ASK ");
    }

    @Override
    public CompletionStage<Void> remove(String task, String shard) {
        remove(task, shard, List.of());
        return main.remove(task, shard);
    }

    /** Removes the copies of a shard that lie elsewhere. */
    private void remove(String task, String shard, List<Integer> but) {
        for (Place place : used) {
            if (place.shard().equals(shard) && !but.contains(place.slot())) {
                used.remove(place);
                taken.remove(place);
                copies.remove(task, place.slot(), shard);
            }
        }
    }

    @Override
    public String toString() {
        return main.toString();
    }
}
