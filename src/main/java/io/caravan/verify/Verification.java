package io.caravan.verify;

import io.caravan.node.ServerVersion;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.RdbDialect;
import io.caravan.verify.KeyMapping.Pair;
import io.caravan.verify.VerifySettings.Mode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares source and destination while both are written to. What it holds in memory does not depend on how many keys there
 * are.
 *
 * <p>{@link #run} waits, and uses the executor's threads, one for each master that it reads; {@link #progress} and {@link
 * #stop} from any thread. Used once.
 */
public final class Verification {

    private static final int MOST_COUNTS = 3;

    private final Setting setting;
    private final Executor threads;
    private volatile long expected;
    private final Tally source = new Tally(Pair::source);
    private final Tally destination = new Tally(Pair::destination);
    private volatile @Nullable SideWalk walk;
    private volatile boolean stopped;

    /**
     * What every walker has to know.
     *
     * @param others tasks that write to the destination, too
     * @param oneLarge held by the one that holds a large value
     */
    record Setting(
            Deployment source,
            Deployment destination,
            KeyMapping mapping,
            Applied applied,
            Optional<Repair> repair,
            Set<String> others,
            VerifySettings settings,
            ValueComparison comparison,
            boolean saysMoments,
            Pace pace,
            ReentrantLock oneLarge) {}

    /**
     * How far it is.
     *
     * @param compared keys that were compared
     * @param expected about how many there are to be compared
     */
    public record Progress(long compared, long expected) {}

    private Verification(Setting setting, Executor threads) {
        this.setting = setting;
        this.threads = threads;
    }

    /**
     * A comparison, not yet begun.
     *
     * @param applied how far the destination is
     * @param repair how keys that differ are repaired, empty if they are only told
     * @param others tasks that write to the destination, too: what the destination alone has may be theirs
     * @param threads runs as many tasks at once as a side has masters
     */
    public static Verification of(
            Deployment source,
            Deployment destination,
            KeyMapping mapping,
            Applied applied,
            Optional<Repair> repair,
            Set<String> others,
            VerifySettings settings,
            Executor threads) {
        return new Verification(
                new Setting(
                        source,
                        destination,
                        mapping,
                        applied,
                        repair,
                        Set.copyOf(others),
                        settings,
                        new ValueComparison(
                                common(source.version(), destination.version()),
                                settings.expiryTolerance().toMillis()),
                        source.version().atLeast(7, 0) && destination.version().atLeast(7, 0),
                        new Pace(settings.keysPerSecond()),
                        new ReentrantLock()),
                threads);
    }

    /**
     * Compares.
     *
     * @throws IllegalArgumentException if the keys that are synchronized cannot be counted
     * @throws IOException if a side cannot be read, or the destination does not apply what is waited for
     */
    public VerifyReport run() throws IOException {
        Instant began = Instant.now();
        var count = new KeyCount(setting.settings().patience().toNanos(), threads);
        Mode mode = setting.settings().mode();
        if (mode == Mode.COUNT) {
            return compareCounts(count, began);
        }
        expected = count.all(setting.source(), setting.mapping()::hasSource);
        switch (mode) {
            case KEYS -> {
                try (var walker = new Walker(setting, source)) {
                    walker.compareNamed(setting.settings().keys());
                }
            }
            case SAMPLE ->
                walkSource(expected == 0 ? 1 : (double) setting.settings().sample() / expected);
            case FULL -> {
                walkSource(1);
                walk(
                        setting.destination(),
                        destination,
                        (walker, keys, node, slots, goOn) -> walker.walkDestination(keys, node, slots, goOn));
            }
        }
        return report(
                mode,
                began,
                count.all(setting.source(), setting.mapping()::hasSource),
                count.all(setting.destination(), setting.mapping()::hasDestination));
    }

    /** Both sides are counted one after the other, and may be written to: what differs is counted again. */
    private VerifyReport compareCounts(KeyCount count, Instant began) throws IOException {
        if (setting.mapping().selection().goesByName()) {
            throw new IllegalArgumentException(
                    "keys are selected by their names (includeKeys, excludeKeys of a Selection), so"
                            + " that the number of all says nothing about them; compare with mode FULL or SAMPLE");
        }
        if (!setting.others().isEmpty()) {
            throw new IllegalArgumentException("tasks " + setting.others()
                    + " write to the destination, too (its key caravan:tasks), so that the number of its keys says nothing about"
                    + " this one; compare with mode FULL or SAMPLE");
        }
        long there;
        long here;
        int counts = 0;
        do {
            there = count.withoutOwn(setting.source(), setting.mapping()::hasSource);
            here = count.withoutOwn(setting.destination(), setting.mapping()::hasDestination);
            counts++;
        } while (there != here && counts < MOST_COUNTS && !stopped);
        return report(Mode.COUNT, began, there, here);
    }

    private void walkSource(double share) throws IOException {
        walk(
                setting.source(),
                source,
                (walker, keys, node, slots, goOn) -> walker.walkSource(keys, node, slots, share, goOn));
    }

    /** How far it is. */
    public Progress progress() {
        return new Progress(source.compared(), expected);
    }

    /** Ends it before its time; what was found by then is reported. */
    public void stop() {
        stopped = true;
        SideWalk running = walk;
        if (running != null) {
            running.stop();
        }
    }

    /** One thread's part. */
    @FunctionalInterface
    private interface Part {
        void by(Walker walker, Deployment.Keys keys, Serving node, BitSet slots, BooleanSupplier goOn)
                throws IOException;
    }

    private void walk(Deployment side, Tally tally, Part part) throws IOException {
        var begun = new SideWalk(
                side,
                tally,
                (keys, node, slots, goOn) -> {
                    try (var walker = new Walker(setting, tally)) {
                        part.by(walker, keys, node, slots, goOn);
                    }
                },
                threads,
                setting.settings().patience().toNanos());
        walk = begun;
        if (stopped) {
            begun.stop();
        }
        begun.run();
    }

    private VerifyReport report(Mode mode, Instant began, long sourceKeys, long destinationKeys) {
        return new VerifyReport(
                mode,
                began,
                Duration.between(began, Instant.now()),
                sourceKeys,
                destinationKeys,
                source.compared(),
                source.different() + destination.different(),
                joined(source.differences(), destination.differences()),
                source.repaired() + destination.repaired(),
                source.undecided() + destination.undecided(),
                source.ofOthers() + destination.ofOthers(),
                joined(source.reasons(), destination.reasons()));
    }

    private static <T> List<T> joined(List<T> some, List<T> others) {
        List<T> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    /** What both can represent. */
    private static DecodeTarget common(ServerVersion source, ServerVersion destination) {
        DecodeTarget there = target(source);
        DecodeTarget here = target(destination);
        Set<DecodeTarget.Ability> abilities = new HashSet<>(there.abilities());
        abilities.retainAll(here.abilities());
        return new DecodeTarget(here.name(), abilities, here.limits());
    }

    private static DecodeTarget target(ServerVersion version) {
        RdbDialect.Fork fork = version.valkey() ? RdbDialect.Fork.VALKEY : RdbDialect.Fork.REDIS;
        return DecodeTarget.of(fork, version.major(), version.minor(), version.patch());
    }
}
