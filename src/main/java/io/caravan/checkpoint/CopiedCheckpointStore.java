package io.caravan.checkpoint;

import io.caravan.checkpoint.Checkpoint.Sweep;
import io.caravan.checkpoint.RedisCheckpointStore.Commands;
import io.caravan.command.HashSlot;
import io.caravan.command.Phase;
import io.caravan.node.SlotRanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
 * what the copy says. Of a standard server that holds for the checkpoint itself. (E) A checkpoint that is loaded names no slots of a master
 * that has none of its copies: who has got slots while nobody watched may have lost them since, and nothing would tell.
 *
 * <p>Thread-safe; of a checkpoint one {@link #save} at a time.
 */
public final class CopiedCheckpointStore implements CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(CopiedCheckpointStore.class);

    /** Slots in which copies lie: so many that nearly every master has one of them, and so few that all can be asked. */
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

        /** The slots of each master that serves any, not to be changed; none of a standard server. */
        Collection<BitSet> slotsOfEach();

        /** Whether keys are in the same slots there as at the source. */
        boolean hasSlotsOfSource();

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
        Set<Integer> asked = new TreeSet<>();
        Map<Integer, Map<String, String>> found = new TreeMap<>();
        if (!masters.slotsOfEach().isEmpty()) {
            ask(task, Stream.concat(PLACES.stream(), placesIn(kept)), asked, found);
            ask(task, List.copyOf(found.values()).stream().flatMap(CopiedCheckpointStore::placesIn), asked, found);
        }
        found.forEach((slot, lines) -> lines.keySet().forEach(shard -> used.add(new Place(slot, shard))));
        taken.addAll(used);
        Set<String> shards = new ConcurrentSkipListSet<>(kept.keySet());
        found.values().forEach(lines -> shards.addAll(lines.keySet()));
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (String shard : shards) {
            checkpoints.add(merge(task, shard, Optional.ofNullable(kept.get(shard)), asked, found));
        }
        return checkpoints;
    }

    /** Asks for the copies of slots that were not asked for yet; waits for all. */
    private void ask(String task, Stream<Integer> slots, Set<Integer> asked, Map<Integer, Map<String, String>> found)
            throws IOException {
        Map<Integer, CompletionStage<Map<String, String>>> copied = new TreeMap<>();
        slots.filter(asked::add).forEach(slot -> copied.put(slot, copies.lines(task, slot)));
        found.putAll(copies.await(copied));
    }

    private static Stream<Integer> placesIn(Map<String, String> lines) {
        return lines.values().stream().flatMap(line -> placesIn(line).stream());
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
        List<Integer> places = placesIn(latest.getKey());
        for (int slot : places) {
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
        return without(unproven(places), merged(latest.getValue(), counted, lost));
    }

    /** The slots of a cluster that no master serves which has one of the copies. */
    private BitSet unproven(List<Integer> places) {
        Collection<BitSet> each = masters.slotsOfEach();
        BitSet slots = each.isEmpty() ? new BitSet() : HashSlot.all();
        each.stream()
                .filter(ofMaster -> places.stream().anyMatch(ofMaster::get))
                .forEach(slots::andNot);
        return slots;
    }

    /** Invariant E. */
    private Checkpoint without(BitSet unproven, Checkpoint checkpoint) {
        BitSet slots = SlotRanges.parse(checkpoint.slots());
        BitSet concerned = (BitSet) slots.clone();
        if (masters.hasSlotsOfSource() || unproven.isEmpty()) {
            concerned.and(unproven);
        }
        if (checkpoint.phase() == Phase.SNAPSHOT || concerned.isEmpty()) {
            return checkpoint;
        }
        LOG.warn(
                "task {}: the destination's master of slots {} has no copy of the checkpoint of shard {}, as one that has got them since, and"
                        + " may have lost their keys: they are brought again",
                checkpoint.task(),
                SlotRanges.text(unproven),
                checkpoint.shard());
        slots.andNot(concerned);
        return checkpoint.withSlots(SlotRanges.text(slots));
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
                        .filter(slot -> slot < HashSlot.COUNT)
                        .toList();
    }

    @Override
    public CompletionStage<Void> save(Checkpoint checkpoint, long losses) {
        List<Integer> places = masters.slotsOfEach().stream()
                .map(CopiedCheckpointStore::placeAmong)
                .toList();
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

    /** A master that serves none of the usual places has its copy in its lowest slot; whoever looks for it finds that in the records. */
    private static int placeAmong(BitSet slots) {
        return PLACES.stream().filter(slots::get).findFirst().orElseGet(() -> slots.nextSetBit(0));
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
            CompletableFuture<Void> ended = copies.save(checkpoint.task(), slot, checkpoint.shard(), line, losses)
                    .handle((done, failure) -> settle(place, failure));
            // A copy of it: what is taken late is taken, too.
            copied.add(ended.copy().completeOnTimeout(null, COPY_MILLIS, TimeUnit.MILLISECONDS));
        }
        return CompletableFuture.allOf(copied.toArray(CompletableFuture<?>[]::new));
    }

    private @Nullable Void settle(Place place, @Nullable Throwable failure) {
        if (failure == null && used.contains(place)) {
            taken.add(place);
        } else if (failure != null && isOnItsWay(failure)) {
            taken.remove(place);
        }
        return null;
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
