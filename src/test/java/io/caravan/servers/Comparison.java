package io.caravan.servers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares two deployments key by key: the same keys, types, values and expiry times.
 *
 * <p>It walks the source with SCAN, a page of keys at a time, and then the destination for keys that the source lacks;
 * memory holds one page of values. A key that differs is read once more before it is reported, so that a key that
 * expires meanwhile is no difference; writes during the comparison are. Keys that begin with {@code caravan:} are not
 * looked at unless {@link #ignoring} says otherwise.
 */
public final class Comparison {
    private static final int PAGE = 500;

    private final Deployment source;
    private final Deployment destination;
    private final List<Difference> found = new ArrayList<>();
    private List<Integer> databases = List.of(0);
    private long toleranceMillis = 1_000;
    private int limit = 100;
    private Predicate<byte[]> ignored = beginningWith("caravan:");
    private long keys;

    private Comparison(Deployment source, Deployment destination) {
        this.source = source;
        this.destination = destination;
    }

    public static Comparison of(Deployment source, Deployment destination) {
        return new Comparison(source, destination);
    }

    /** A predicate for {@link #ignoring}. */
    public static Predicate<byte[]> beginningWith(String prefix) {
        byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
        return key ->
                key.length >= bytes.length && IntStream.range(0, bytes.length).allMatch(i -> key[i] == bytes[i]);
    }

    /** The databases of standalone servers to compare, each with the one of the same number; 0 unless told otherwise. */
    public Comparison databases(Integer... numbers) {
        databases = List.of(numbers);
        return this;
    }

    /** How far apart the expiry times of a key may be; 1000 unless told otherwise. */
    public Comparison toleranceMillis(long millis) {
        toleranceMillis = millis;
        return this;
    }

    /** The keys of either side that are not looked at, instead of those that begin with {@code caravan:}. */
    public Comparison ignoring(Predicate<byte[]> keysToIgnore) {
        ignored = keysToIgnore;
        return this;
    }

    /** After how many differences to stop; 100 unless told otherwise. */
    public Comparison limit(int differences) {
        limit = differences;
        return this;
    }

    /** Compares, on the calling thread. */
    public ComparisonReport run() {
        try (DeploymentClient from = source.connect();
                DeploymentClient to = destination.connect()) {
            PageComparison pages = new PageComparison(from, to, toleranceMillis);
            FunctionLibraries.difference(from, to).ifPresent(what -> found.add(new Difference(0, "", what)));
            for (int database : databases) {
                from.select(database);
                to.select(database);
                eachPage(from, page -> compare(database, pages, page));
                eachPage(to, page -> findSurplus(database, from, pages, page));
            }
        }
        return new ComparisonReport(found.subList(0, Math.min(limit, found.size())), keys, isFull());
    }

    private boolean isFull() {
        return found.size() >= limit;
    }

    private void compare(int database, PageComparison pages, List<byte[]> page) {
        keys += page.size();
        List<byte[]> suspects = pages.differences(page).stream()
                .map(PageComparison.Finding::key)
                .toList();
        report(database, pages.differences(suspects));
    }

    private void findSurplus(int database, DeploymentClient from, PageComparison pages, List<byte[]> page) {
        List<@Nullable Object> exists =
                from.run(page.stream().map(key -> Request.of("EXISTS", key)).toList());
        List<byte[]> missing = IntStream.range(0, page.size())
                .filter(i -> !Long.valueOf(1).equals(exists.get(i)))
                .mapToObj(page::get)
                .toList();
        report(database, pages.differences(missing));
    }

    private void report(int database, List<PageComparison.Finding> findings) {
        findings.forEach(finding -> found.add(new Difference(database, Printable.of(finding.key()), finding.what())));
    }

    private void eachPage(DeploymentClient client, Consumer<List<byte[]>> action) {
        for (RespClient master : client.masters()) {
            String cursor = "0";
            do {
                List<?> reply =
                        (List<?>) Objects.requireNonNull(master.call(Request.of("SCAN", cursor, "COUNT", PAGE)));
                cursor = String.valueOf(RespClient.text(reply.get(0)));
                List<byte[]> page = ((List<?>) reply.get(1))
                        .stream()
                                .map(key -> (byte[]) key)
                                .filter(ignored.negate())
                                .toList();
                if (!page.isEmpty()) {
                    action.accept(page);
                }
            } while (!cursor.equals("0") && !isFull());
        }
    }
}
