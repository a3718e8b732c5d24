package io.caravan.chaos;

import io.caravan.servers.Deployment;
import java.util.ArrayList;
import java.util.List;

/** All clients of a run, each with a thread. Started, stopped and asked by the run's thread. */
final class Clients implements AutoCloseable {

    private static final int TAGS_OF_EACH = 30;
    private static final long STOP_LIMIT_MILLIS = 120_000;

    private final List<ChaosClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    Clients(Deployment source, ChaosOptions options, long seed) {
        for (int i = 0; i < options.clients(); i++) {
            var client = new ChaosClient(source, seed, i, TAGS_OF_EACH, options.perSecond() / options.clients());
            var thread = new Thread(client, "client-" + i);
            thread.setDaemon(true);
            clients.add(client);
            threads.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    long acknowledged() {
        return clients.stream().mapToLong(ChaosClient::acknowledged).sum();
    }

    List<String> failures() {
        return clients.stream().flatMap(client -> client.failures().stream()).toList();
    }

    List<Tag> tags() {
        return clients.stream().flatMap(client -> client.tags().stream()).toList();
    }

    /** Ends all of them. */
    @Override
    public void close() {
        clients.forEach(ChaosClient::stop);
        for (Thread thread : threads) {
            try {
                thread.join(STOP_LIMIT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while " + thread.getName() + " ends", e);
            }
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " does not end");
            }
        }
    }
}
