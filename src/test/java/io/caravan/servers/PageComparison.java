package io.caravan.servers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares some keys of two deployments in a few pipelined rounds: type, expiry and, between servers of one version, DUMP
 * first; then the values whose payloads are not the same bytes, read command by command.
 */
final class PageComparison {
    private static final String NONE = "none";

    private final DeploymentClient source;
    private final DeploymentClient destination;
    private final long toleranceMillis;
    private final boolean comparesPayloads;
    private final ValueReader sourceValues;
    private final ValueReader destinationValues;

    PageComparison(DeploymentClient source, DeploymentClient destination, long toleranceMillis) {
        this.source = source;
        this.destination = destination;
        this.toleranceMillis = toleranceMillis;
        comparesPayloads = source.version().equals(destination.version());
        sourceValues = new ValueReader(source);
        destinationValues = new ValueReader(destination);
    }

    /** A key that differs now, and how. */
    @SuppressWarnings("ArrayRecordComponent") // nobody asks whether two of them are equal
    record Finding(byte[] key, String what) {}

    /**
     * A key's surroundings on one side.
     *
     * @param expiresAtMillis by the clock of this JVM; empty if never
     */
    @SuppressWarnings("ArrayRecordComponent") // as above
    private record Outline(String type, Optional<Long> expiresAtMillis, byte @Nullable [] payload, long readAtMillis) {
        boolean exists() {
            return !type.equals(NONE);
        }

        boolean expiresWithin(long millis) {
            return expiresAtMillis.isPresent() && expiresAtMillis.get() - readAtMillis <= millis;
        }
    }

    /** The keys that differ; those that exist on neither side do not. */
    List<Finding> differences(List<byte[]> keys) {
        List<Outline> here = outlines(source, keys);
        List<Outline> there = outlines(destination, keys);
        List<Finding> findings = new ArrayList<>();
        List<byte[]> unsure = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            Optional<String> what = difference(here.get(i), there.get(i));
            if (what.isPresent()) {
                findings.add(new Finding(keys.get(i), what.get()));
            } else if (here.get(i).exists() && there.get(i).exists() && !samePayload(here.get(i), there.get(i))) {
                unsure.add(keys.get(i));
                types.add(here.get(i).type());
            }
        }
        compareValues(unsure, types, findings);
        return findings;
    }

    private List<Outline> outlines(DeploymentClient client, List<byte[]> keys) {
        List<Request> requests = new ArrayList<>();
        for (byte[] key : keys) {
            requests.add(Request.of("TYPE", key));
            requests.add(Request.of("PTTL", key));
            if (comparesPayloads) {
                requests.add(Request.of("DUMP", key));
            }
        }
        long before = System.currentTimeMillis();
        List<@Nullable Object> replies = client.run(requests);
        long readAt = (before + System.currentTimeMillis()) / 2;
        int step = comparesPayloads ? 3 : 2;
        List<Outline> outlines = new ArrayList<>();
        for (int i = 0; i < replies.size(); i += step) {
            outlines.add(outline(replies.subList(i, i + step), readAt));
        }
        return outlines;
    }

    private static Outline outline(List<@Nullable Object> replies, long readAtMillis) {
        for (Object reply : replies) {
            if (reply instanceof RespError error) {
                throw error;
            }
        }
        long ttl = (Long) Objects.requireNonNull(replies.get(1));
        return new Outline(
                ttl == -2 ? NONE : String.valueOf(replies.get(0)), // -2: expired since TYPE
                ttl >= 0 ? Optional.of(readAtMillis + ttl) : Optional.empty(),
                replies.size() > 2 ? (byte[]) replies.get(2) : null,
                readAtMillis);
    }

    private Optional<String> difference(Outline here, Outline there) {
        if (!here.exists() || !there.exists()) {
            Outline present = here.exists() ? here : there;
            if (!present.exists() || present.expiresWithin(toleranceMillis)) {
                return Optional.empty();
            }
            return Optional.of(
                    "a " + present.type() + (here.exists() ? ", missing" : ", only") + " at the destination");
        }
        if (!here.type().equals(there.type())) {
            return Optional.of("type " + here.type() + " against " + there.type());
        }
        if (here.expiresAtMillis().isPresent() != there.expiresAtMillis().isPresent()) {
            return Optional.of(expiry(here) + " against " + expiry(there));
        }
        long apart = here.expiresAtMillis().orElse(0L) - there.expiresAtMillis().orElse(0L);
        return Math.abs(apart) > toleranceMillis
                ? Optional.of(expiry(here) + " against " + expiry(there) + ", " + Math.abs(apart) + " ms apart")
                : Optional.empty();
    }

    private static String expiry(Outline outline) {
        return outline.expiresAtMillis().map(time -> "expires at " + time).orElse("never expires");
    }

    private static boolean samePayload(Outline here, Outline there) {
        return here.payload() != null && Arrays.equals(here.payload(), there.payload());
    }

    private void compareValues(List<byte[]> keys, List<String> types, List<Finding> findings) {
        List<List<String>> here = sourceValues.read(keys, types);
        List<List<String>> there = destinationValues.read(keys, types);
        for (int i = 0; i < keys.size(); i++) {
            List<String> wanted = here.get(i);
            List<String> present = there.get(i);
            if (!wanted.equals(present)) {
                findings.add(new Finding(keys.get(i), types.get(i) + " value: " + firstDifference(wanted, present)));
            }
        }
    }

    private static String firstDifference(List<String> wanted, List<String> present) {
        int at = 0;
        while (at < wanted.size() && at < present.size() && wanted.get(at).equals(present.get(at))) {
            at++;
        }
        return line(wanted, at) + " against " + line(present, at) + " at line " + (at + 1) + " of " + wanted.size()
                + " against " + present.size();
    }

    private static String line(List<String> lines, int at) {
        return at < lines.size() ? "'" + ValueReading.printable(lines.get(at)) + "'" : "nothing";
    }
}
