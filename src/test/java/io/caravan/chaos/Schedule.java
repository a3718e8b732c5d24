package io.caravan.chaos;

import io.caravan.servers.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Lets faults happen, chosen by lot: one, or up to one in each room at the same time. Before the next ones it waits either until
 * Caravan follows again, or for some writes only. One thread.
 */
final class Schedule {

    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final int MOST_WRITES_BETWEEN = 2_000;
    private static final int REPEATS_TRIED = 4;

    private final Stage stage;
    private final History history;
    private final Observer observer;
    private final Random random;
    private final List<FaultKind> kinds;
    private final List<String> last = new ArrayList<>();

    Schedule(Stage stage, History history, Observer observer, Random random, List<FaultKind> kinds) {
        this.stage = stage;
        this.history = history;
        this.observer = observer;
        this.random = random;
        this.kinds = kinds;
    }

    /** A fault that has begun. */
    private record Present(FaultKind kind, Fault fault, long untilNanos) {}

    /** Returns after so many faults, or when the time is over and those that have begun are over too. */
    void run(int faults, int mostSeconds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(mostSeconds);
        for (int done = 0; done < faults && System.nanoTime() < deadline; ) {
            awaitWrites(1 + random.nextInt(MOST_WRITES_BETWEEN));
            done += together(1 + random.nextInt(10) / 6 + random.nextInt(10) / 8, faults - done);
            if (random.nextBoolean()) {
                Await.until("Caravan follows again", PATIENCE, observer::isQuiet);
            }
        }
    }

    /** Lets some faults begin, each in another room, and ends them. Answers how many they were. */
    private int together(int wanted, int most) throws Exception {
        List<Present> present = new ArrayList<>();
        try {
            for (int i = 0; i < Math.min(wanted, most); i++) {
                FaultKind kind = choose(present);
                Fault fault = kind.make(stage, random);
                history.began(kind, fault);
                present.add(new Present(kind, fault, System.nanoTime() + fault.lastsMillis() * 1_000_000));
                fault.begin().run();
            }
        } finally {
            // Caravan last: it may wait for what stands still at the destination.
            present.sort(
                    Comparator.comparing((Present one) -> one.kind().room()).reversed());
            for (Present one : present) {
                Await.moment(one.untilNanos());
                one.fault().end().run();
                history.note(one.kind().name() + " is over");
                observer.over(one.kind());
            }
        }
        return present.size();
    }

    /** A kind whose room is free; rather one that was not there lately. */
    private FaultKind choose(List<Present> present) {
        List<FaultKind> free = kinds.stream()
                .filter(kind -> present.stream().noneMatch(one -> one.kind().room() == kind.room()))
                .toList();
        List<FaultKind> from = free.isEmpty() ? kinds : free;
        FaultKind chosen = FaultKind.one(from, random);
        for (int i = 0; i < REPEATS_TRIED && last.contains(chosen.name()); i++) {
            chosen = FaultKind.one(from, random);
        }
        last.add(chosen.name());
        return chosen;
    }

    private void awaitWrites(int commands) {
        long wanted = stage.clients().acknowledged() + commands;
        Await.until(commands + " writes", PATIENCE, () -> {
            checkClients();
            return stage.clients().acknowledged() >= wanted;
        });
    }

    private void checkClients() {
        List<String> failures = stage.clients().failures();
        if (!failures.isEmpty()) {
            throw new AssertionError("clients failed: " + failures);
        }
    }
}
