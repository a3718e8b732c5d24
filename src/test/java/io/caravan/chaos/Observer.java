package io.caravan.chaos;

import io.caravan.node.SlotRanges;
import io.caravan.servers.Await;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisServer;
import io.caravan.servers.RespError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks from outside at how far Caravan is: what the masters of the source have written, and what it has acknowledged to them or their replicas.
 * Has a thread of its own that tells how long it takes from the end of a fault until Caravan follows again.
 */
final class Observer implements AutoCloseable {

    /** A connection of Caravan among a master's replicas: it announces no port. */
    private static final Pattern CARAVAN = Pattern.compile("ip=[^,]*,port=0,state=online,offset=(\\d+)");

    private static final Pattern WAITING = Pattern.compile("(?m)^caravan_refresh_waiting\\S* ([0-9.E]+)$");
    private static final Duration HTTP_LIMIT = Duration.ofSeconds(5);
    private static final int LOOK_MILLIS = 50;
    private static final long STOP_MILLIS = 60_000;

    private final Stage stage;
    private final History history;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Open> open = new ArrayList<>();
    private final Thread thread = new Thread(this::watch, "observer");
    private volatile boolean stopping;

    /** A fault that is over, and not yet made good. */
    private record Open(FaultKind kind, long overNanos) {}

    Observer(Stage stage, History history) {
        this.stage = stage;
        this.history = history;
        thread.setDaemon(true);
        thread.start();
    }

    /** A fault is over; from now on Caravan can recover. */
    void over(FaultKind kind) {
        synchronized (open) {
            open.add(new Open(kind, System.nanoTime()));
        }
    }

    /** Whether everything that was over is made good. */
    boolean isQuiet() {
        synchronized (open) {
            return open.isEmpty();
        }
    }

    private void watch() {
        Map<Integer, Long> before = new HashMap<>();
        while (!stopping) {
            long lookNanos = System.nanoTime();
            supervise();
            if (isQuiet()) {
                before.clear();
            } else {
                look(before, lookNanos);
            }
            Await.moment(lookNanos + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    private void supervise() {
        try {
            if (stage.supervise()) {
                history.note("Caravan had ended by itself, and is started again");
            }
        } catch (IOException e) {
            history.note("Caravan cannot be started: " + e);
        }
    }

    /** Caravan follows if it has acknowledged on every master what that had written at the look before. */
    private void look(Map<Integer, Long> before, long lookNanos) {
        try {
            boolean follows = true;
            Map<Integer, Long> now = new HashMap<>();
            for (RedisServer master : stage.mastersWithSlots(Room.SOURCE)) {
                master.command("WAIT", "9", "20"); // Acknowledgements come once a second; this asks for one.
                String replication = String.valueOf(master.command("INFO", "replication"));
                Optional<Long> written = Optional.ofNullable(before.get(master.port()));
                Optional<Long> acknowledged = acknowledgedOf(master, replication);
                follows &= written.isPresent() && acknowledged.isPresent() && acknowledged.get() >= written.get();
                now.put(master.port(), offset(replication));
            }
            before.clear();
            before.putAll(now);
            if (follows) {
                closeThose(lookNanos);
            }
        } catch (RuntimeException | AssertionError e) {
            before.clear(); // The source is in trouble itself.
        }
    }

    /** Faults that were over before the look that the acknowledgements are compared with. */
    private void closeThose(long lookNanos) {
        long now = System.nanoTime();
        boolean settled = anyOpen(one -> one.kind().settles()) && unsettled().isEmpty();
        synchronized (open) {
            open.removeIf(one -> {
                boolean made = one.overNanos() < lookNanos - TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)
                        && (settled || !one.kind().settles());
                if (made) {
                    history.recovered(one.kind(), TimeUnit.NANOSECONDS.toMillis(now - one.overNanos()));
                }
                return made;
            });
        }
    }

    private boolean anyOpen(Predicate<Open> wanted) {
        synchronized (open) {
            return open.stream().anyMatch(wanted);
        }
    }

    /** A master of the source of which no record says that it is streamed with the slots that it serves, and swept. */
    private Optional<String> unsettled() {
        List<String> records = records();
        return stage.mastersWithSlots(Room.SOURCE).stream()
                .map(master -> "source=" + master.endpoint() + " .*phase=STREAM .*slots=" + slotsOf(master)
                        + " sweep=(?!DUE).*")
                .filter(wanted -> records.stream().noneMatch(record -> record.matches(".*" + wanted)))
                .findFirst();
    }

    private String slotsOf(RedisServer master) {
        var slots = new BitSet();
        stage.cluster(Room.SOURCE).slotsOf(master).forEach(slots::set);
        return SlotRanges.text(slots).replaceAll("\\s", "");
    }

    /** Caravan is linked to the master, or to a replica of it. */
    private Optional<Long> acknowledgedOf(RedisServer master, String replication) {
        return acknowledged(replication)
                .or(() -> stage.cluster(Room.SOURCE).replicasOf(master).stream()
                        .filter(RedisServer::isResponsive)
                        .flatMap(replica ->
                                acknowledged(String.valueOf(replica.command("INFO", "replication"))).stream())
                        .max(Long::compare));
    }

    private static Optional<Long> acknowledged(String replication) {
        Matcher caravan = CARAVAN.matcher(replication);
        return caravan.find() ? Optional.of(Long.parseLong(caravan.group(1))) : Optional.empty();
    }

    private static long offset(String replication) {
        return replication
                .lines()
                .filter(line -> line.startsWith("master_repl_offset:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Waits until Caravan has applied all that is written by now, has swept, and has no key to read again; the clients have
     * stopped. Writes a key to every master: the offset of one to which nothing was written says nothing.
     */
    void awaitRest(Duration limit) {
        Map<Integer, Long> written = new HashMap<>();
        Await.until("all is applied", limit, () -> rest(written), String::isEmpty);
    }

    /** What is still to be done; empty if nothing is. */
    private String rest(Map<Integer, Long> written) throws IOException, InterruptedException {
        if (!stage.caravan().isAlive()) {
            return "Caravan has ended";
        }
        for (RedisServer master : stage.mastersWithSlots(Room.SOURCE)) {
            if (!written.containsKey(master.port())) {
                mark(master);
                written.put(master.port(), offset(String.valueOf(master.command("INFO", "replication"))));
            }
            Optional<Long> acknowledged = acknowledgedOf(master, String.valueOf(master.command("INFO", "replication")));
            if (acknowledged.isEmpty() || acknowledged.get() < written.get(master.port())) {
                return master + " has written " + written.get(master.port()) + ", acknowledged is " + acknowledged;
            }
        }
        Optional<String> unsettled = unsettled();
        if (unsettled.isPresent()) {
            return "no record of " + unsettled.get() + " among " + records();
        }
        Matcher waiting = WAITING.matcher(get("/observe/metrics"));
        return waiting.find() && Double.parseDouble(waiting.group(1)) == 0 ? "" : "keys are read again";
    }

    private static void mark(RedisServer master) {
        for (int i = 0; ; i++) {
            try {
                master.command("SET", "marker:" + i, Long.toString(System.nanoTime()));
                return;
            } catch (RespError e) {
                if (!e.code().equals("MOVED")) {
                    throw e;
                }
            }
        }
    }

    private List<String> records() {
        try (DeploymentClient client = stage.cluster(Room.DESTINATION).connect()) {
            return ((List<?>) client.call("HVALS", "caravan:checkpoint:{sync}"))
                    .stream().map(String::valueOf).toList();
        }
    }

    /** What the management port says of the state. */
    String health() {
        return told("/observe/health");
    }

    /** What it says of the tasks. */
    String tasks() {
        return told("/caravan/api/tasks");
    }

    private String told(String path) {
        try {
            return get(path);
        } catch (IOException e) {
            return "no answer: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + stage.managementPort() + path))
                                .timeout(HTTP_LIMIT)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the observer ends", e);
        }
    }
}
