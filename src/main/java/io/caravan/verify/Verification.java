package io.caravan.verify;

import io.caravan.node.ServerVersion;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.RdbDialect;
import io.caravan.verify.VerifySettings.Mode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Compares source and destination while both are written to. What it holds in memory does not depend on how many keys there
 * are.
 *
 * <p>{@link #run} waits, and uses the executor's threads, one for each master that it reads; {@link #progress} and {@link
 * #stop} from any thread. Used once.
 */
public final class Verification {

    private final Setting setting;
    private final Executor threads;
    private volatile long expected;
    private volatile boolean stopped;

    /**
     * What every walker has to know.
     *
     * @param oneLarge held by the one that holds a large value
     */
    record Setting(
            Deployment source,
            Deployment destination,
            KeyMapping mapping,
            Applied applied,
            Optional<Repair> repair,
            VerifySettings settings,
            ValueComparison comparison,
            boolean saysMoments,
            Pace pace,
            Tally tally,
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
     * @param threads runs as many tasks at once as a side has masters
     */
    public static Verification of(
            Deployment source,
            Deployment destination,
            KeyMapping mapping,
            Applied applied,
            Optional<Repair> repair,
            VerifySettings settings,
            Executor threads) {
        return new Verification(
                new Setting(
                        source,
                        destination,
                        mapping,
                        applied,
                        repair,
                        settings,
                        new ValueComparison(
                                common(source.version(), destination.version()),
                                settings.expiryTolerance().toMillis()),
                        source.version().atLeast(7, 0) && destination.version().atLeast(7, 0),
                        new Pace(settings.keysPerSecond()),
                        new Tally(),
                        new ReentrantLock()),
                threads);
    }

    /**
     * Compares.
     *
     * @throws IOException if a side cannot be read, or the destination does not apply what is waited for
     */
    public VerifyReport run() throws IOException {
        Instant began = Instant.now();
        List<Deployment.Keys> there = setting.source().keys();
        expected = there.stream().mapToLong(Deployment.Keys::count).sum();
        Mode mode = setting.settings().mode();
        switch (mode) {
            case COUNT -> {}
            case KEYS ->
                walk(List.of(walker -> walker.compareNamed(setting.settings().keys())));
            case SAMPLE -> {
                double share = expected == 0 ? 1 : (double) setting.settings().sample() / expected;
                walkSource(there, share);
            }
            case FULL -> {
                walkSource(there, 1);
                walk(setting.destination().keys().stream()
                        .<Walk>map(keys -> walker -> walker.walkDestination(keys, () -> !stopped))
                        .toList());
            }
        }
        return report(mode, began);
    }

    private void walkSource(List<Deployment.Keys> there, double share) throws IOException {
        walk(there.stream()
                .<Walk>map(keys -> walker -> walker.walkSource(keys, share, () -> !stopped))
                .toList());
    }

    /** How far it is. */
    public Progress progress() {
        return new Progress(setting.tally().compared(), expected);
    }

    /** Ends it before its time; what was found by then is reported. */
    public void stop() {
        stopped = true;
    }

    /** One thread's part. */
    private interface Walk {
        void on(Walker walker) throws IOException;
    }

    private void walk(List<Walk> walks) throws IOException {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (Walk walk : walks) {
            running.add(CompletableFuture.runAsync(
                    () -> {
                        try (var walker = new Walker(setting)) {
                            walk.on(walker);
                        } catch (IOException e) {
                            stopped = true;
                            throw new CompletionException(e);
                        }
                    },
                    threads));
        }
        try {
            CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private VerifyReport report(Mode mode, Instant began) throws IOException {
        Tally tally = setting.tally();
        return new VerifyReport(
                mode,
                began,
                Duration.between(began, Instant.now()),
                count(setting.source()),
                count(setting.destination()) - countOwn(),
                tally.compared(),
                tally.different(),
                tally.differences(),
                tally.repaired(),
                tally.undecided(),
                tally.reasons());
    }

    private static long count(Deployment deployment) throws IOException {
        return deployment.keys().stream().mapToLong(Deployment.Keys::count).sum();
    }

    private long countOwn() throws IOException {
        List<Place> own =
                setting.mapping().own().stream().map(key -> new Place(0, key)).toList();
        try (var here = new SideReader(
                setting.destination(),
                setting.saysMoments(),
                setting.settings().patience().toNanos())) {
            return here.exist(own).stream().filter(exists -> exists).count();
        }
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
