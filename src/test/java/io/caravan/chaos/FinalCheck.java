package io.caravan.chaos;

import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.ComparisonReport;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Difference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Whether the destination is equal to the source: every key by value, type and expiry, every counter, every list. What the source
 * itself has lost by a fail-over it has lost; the copy has lost the same.
 */
final class FinalCheck {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A time to live of a source before Redis 7.0 that waited at the source is known to about a second (decision 5). */
    private static final long EXPIRY_TOLERANCE_MILLIS = 2_000;

    /**
     * A replica of such a source gives a key that much more time to live when it stands still, or its link is slow, while the key gets it: should it
     * take over, the source has other lives than before, and has told nobody.
     */
    private static final long LATE_REPLICA_MILLIS = 7_000;

    private final Stage stage;
    private final List<String> differences = new ArrayList<>();
    private long keys;
    private long increments;
    private long countersThatLost;
    private long listsThatLost;

    FinalCheck(Stage stage) {
        this.stage = stage;
    }

    /** Waits until what lives for seconds has died at the source, so that it does not change meanwhile. */
    void awaitDeaths() {
        try (DeploymentClient client = stage.cluster(Room.SOURCE).connect()) {
            for (String key : soon()) {
                Await.until(
                        key + " has died",
                        PATIENCE,
                        () -> client.call("PTTL", key),
                        millis -> millis instanceof Long number && number < 0);
            }
        }
    }

    private List<String> soon() {
        return stage.clients().tags().stream()
                .flatMap(tag -> Stream.of(tag.key("soon:text"), tag.key("soon:list")))
                .toList();
    }

    /** @param livesMayDrift whether the source is older than Redis 7.0, and replicas of it may have been late */
    void run(boolean livesMayDrift) {
        ComparisonReport report = Comparison.of(stage.cluster(Room.SOURCE), stage.cluster(Room.DESTINATION))
                .toleranceMillis(EXPIRY_TOLERANCE_MILLIS + (livesMayDrift ? LATE_REPLICA_MILLIS : 0))
                .run();
        keys = report.keys();
        report.differences().stream().map(Difference::toString).forEach(differences::add);
        try (DeploymentClient source = stage.cluster(Room.SOURCE).connect();
                DeploymentClient destination = stage.cluster(Room.DESTINATION).connect()) {
            for (Tag tag : stage.clients().tags()) {
                counter(tag, source, destination);
                list(tag.list(), source, destination);
                list(Mix.scripted(tag), source, destination);
            }
        }
    }

    private void counter(Tag tag, DeploymentClient source, DeploymentClient destination) {
        String here = String.valueOf(source.call("GET", tag.counter()));
        String there = String.valueOf(destination.call("GET", tag.counter()));
        if (!here.equals(there)) {
            differences.add("counter " + tag.counter() + " is " + here + " at the source and " + there
                    + " at the destination; acknowledged " + tag.acknowledged());
        }
        if (!tag.mayCount(here.equals("null") ? 0 : Long.parseLong(here))) {
            countersThatLost++;
        }
        increments += tag.acknowledged();
    }

    private void list(String key, DeploymentClient source, DeploymentClient destination) {
        List<?> here = (List<?>) Objects.requireNonNull(source.call("LRANGE", key, "0", "-1"));
        List<?> there = (List<?>) Objects.requireNonNull(destination.call("LRANGE", key, "0", "-1"));
        if (!here.equals(upTo(here.size()))) {
            listsThatLost++;
        } else if (!there.equals(here)) {
            differences.add(
                    "list " + key + " is 1 to " + here.size() + " at the source, and at the destination " + there);
        }
    }

    private static List<String> upTo(long length) {
        return LongStream.rangeClosed(1, length).mapToObj(Long::toString).toList();
    }

    List<String> differences() {
        return differences;
    }

    long keys() {
        return keys;
    }

    /** Increments that the source has acknowledged. */
    long increments() {
        return increments;
    }

    /** Counters and lists of which the source itself has lost acknowledged writes, by a fail-over. */
    long lostAtTheSource() {
        return countersThatLost + listsThatLost;
    }
}
