package io.caravan.verify;

import io.caravan.node.NodeAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the keys of a side without reading any: by what its masters say of their databases. A node that does not answer at the moment
 * is waited for, or the one that takes its place. Owned by one thread, which waits; uses the executor's threads besides.
 */
final class KeyCount {

    private static final Logger LOG = LoggerFactory.getLogger(KeyCount.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final long patienceNanos;
    private final Executor threads;

    /** @param threads runs as many tasks at once as a side has masters */
    KeyCount(long patienceNanos, Executor threads) {
        this.patienceNanos = patienceNanos;
        this.threads = threads;
    }

    private interface Attempt {
        long count() throws IOException;
    }

    /** All keys of some databases, Caravan's own among them, and those that have expired and are not removed yet. */
    long all(Deployment side, IntPredicate databases) throws IOException {
        return patiently(side, () -> total(side, databases));
    }

    /**
     * The keys of some databases without Caravan's own. These are looked for by their names, for which each master goes through its
     * keys: half a million or more a second.
     */
    long withoutOwn(Deployment side, IntPredicate databases) throws IOException {
        return patiently(side, () -> {
            List<Place> own = List.copyOf(findOwn(side, databases));
            try (var reader = new SideReader(side, false, patienceNanos)) {
                // asked for, one of them that has expired is removed: it is not in the total then
                long there = reader.exist(own).stream().filter(exists -> exists).count();
                return total(side, databases) - there;
            }
        });
    }

    private long patiently(Deployment side, Attempt attempt) throws IOException {
        long failing = System.nanoTime();
        while (true) {
            long began = System.nanoTime();
            try {
                return attempt.count();
            } catch (IOException e) {
                long now = System.nanoTime();
                failing = now - began > patienceNanos ? now : failing; // it has got on until just now
                if (now - failing > patienceNanos || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            try {
                side.refresh();
            } catch (IOException e) {
                LOG.debug("verification: {}", e.getMessage()); // asked again above
            }
        }
    }

    private static long total(Deployment side, IntPredicate databases) throws IOException {
        return side.keys().stream()
                .filter(keys -> databases.test(keys.database()))
                .mapToLong(Deployment.Keys::count)
                .sum();
    }

    private Set<Place> findOwn(Deployment side, IntPredicate databases) throws IOException {
        List<CompletableFuture<Set<Place>>> searches = new ArrayList<>();
        for (Deployment.Keys keys : side.keys()) {
            if (databases.test(keys.database())) {
                searches.add(CompletableFuture.supplyAsync(() -> findOwn(side, keys.node(), keys.database()), threads));
            }
        }
        Set<Place> found = new HashSet<>(); // one may be told twice
        for (CompletableFuture<Set<Place>> search : searches) {
            try {
                found.addAll(search.join());
            } catch (CompletionException e) {
                throw e.getCause() instanceof IOException problem ? problem : new IOException(e.getCause());
            }
        }
        return found;
    }

    private Set<Place> findOwn(Deployment side, NodeAddress node, int database) {
        Set<Place> found = new HashSet<>();
        try (var reader = new SideReader(side, false, patienceNanos)) {
            String cursor = "0";
            do {
                SideReader.Page page = reader.scanOwn(node, database, cursor);
                page.keys().forEach(key -> found.add(new Place(database, key)));
                cursor = page.cursor();
            } while (!cursor.equals("0"));
        } catch (IOException e) {
            throw new CompletionException(e);
        }
        return found;
    }
}
