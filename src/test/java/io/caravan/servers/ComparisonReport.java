package io.caravan.servers;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a {@link Comparison} found.
 *
 * @param differences the first ones, up to the limit
 * @param keys source keys that were compared
 * @param isCutShort whether the limit was reached, so that there may be more differences
 */
public record ComparisonReport(List<Difference> differences, long keys, boolean isCutShort) {
    public ComparisonReport {
        differences = List.copyOf(differences);
    }

    public boolean isEqual() {
        return differences.isEmpty();
    }

    @Override
    public String toString() {
        if (isEqual()) {
            return "no difference among " + keys + " keys";
        }
        return (isCutShort ? "at least " : "") + differences.size() + " differences among " + keys + " keys"
                + differences.stream().map(Difference::toString).collect(Collectors.joining("\n  ", ":\n  ", ""));
    }
}
