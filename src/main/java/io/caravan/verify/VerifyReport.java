package io.caravan.verify;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;

/**
 * What a comparison has found.
 *
 * @param mode how thoroughly it looked
 * @param began when it began
 * @param took how long it took
 * @param sourceKeys how many keys the databases had at the source in the end, expired ones not yet removed included; Caravan's own, too,
 *     unless it is the numbers that were compared
 * @param destinationKeys the same of the destination
 * @param compared keys that were compared
 * @param different how many of them differ
 * @param differences the first of these
 * @param repaired keys that differed, and were read again at the source
 * @param undecided how many keys could not be judged: they change too often, cannot be read by pieces, or were named
 *     and are not synchronized
 * @param ofOthers keys that only the destination has, where other tasks write, too: they may be theirs
 * @param reasons the first of the undecided, with the reason
 */
public record VerifyReport(
        VerifySettings.Mode mode,
        Instant began,
        Duration took,
        long sourceKeys,
        long destinationKeys,
        long compared,
        long different,
        List<Difference> differences,
        long repaired,
        long undecided,
        long ofOthers,
        List<String> reasons) {

    private static final int SHOWN = 20;

    public VerifyReport {
        differences = List.copyOf(differences);
        reasons = List.copyOf(reasons);
    }

    /** Whether nothing differs, as far as could be judged. */
    public boolean isEqual() {
        return different == 0 && (mode != VerifySettings.Mode.COUNT || sourceKeys == destinationKeys);
    }

    /** For a person: one line that says it, and the keys concerned. */
    public String text() {
        var text = new StringBuilder(headline());
        shown().forEach(difference -> text.append("%n  %s".formatted(difference)));
        if (different > SHOWN) {
            text.append("%n  … and %,d more".formatted(different - SHOWN));
        }
        reasons.stream().limit(SHOWN).forEach(reason -> text.append("%n  undecided: %s".formatted(reason)));
        if (undecided > SHOWN) {
            text.append("%n  … and %,d more".formatted(undecided - SHOWN));
        }
        return text.toString();
    }

    /** As many of each kind as there is room for: a kind of which there are few is not crowded out by another. */
    private List<Difference> shown() {
        Map<Difference.Kind, Queue<Difference>> byKind = new EnumMap<>(Difference.Kind.class);
        differences.forEach(difference -> byKind.computeIfAbsent(difference.kind(), kind -> new ArrayDeque<>())
                .add(difference));
        List<Difference> shown = new ArrayList<>();
        while (!byKind.isEmpty() && shown.size() < SHOWN) {
            byKind.values().forEach(ofKind -> shown.add(ofKind.remove()));
            byKind.values().removeIf(Queue::isEmpty);
        }
        return shown.stream()
                .limit(SHOWN)
                .sorted(Comparator.comparing(Difference::kind))
                .toList();
    }

    private String headline() {
        if (mode == VerifySettings.Mode.COUNT) {
            return "%s: %,d keys at the source, %,d at the destination"
                    .formatted(isEqual() ? "equal" : "DIFFERENT", sourceKeys, destinationKeys);
        }
        String verdict = different > 0 ? "DIFFERENT: %,d of ".formatted(different) : "equal: ";
        return verdict
                + "%,d keys compared in %.1f s".formatted(compared, took.toMillis() / 1000.0)
                + (repaired > 0 ? ", %,d repaired".formatted(repaired) : "")
                + (undecided > 0 ? ", %,d undecided".formatted(undecided) : "")
                + (ofOthers > 0
                        ? ", %,d more are only at the destination, where other tasks write, too".formatted(ofOthers)
                        : "");
    }

    /** As fields of a JSON object. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("mode", mode.name());
        fields.put("began", began.toString());
        fields.put("tookMillis", took.toMillis());
        fields.put("sourceKeys", sourceKeys);
        fields.put("destinationKeys", destinationKeys);
        fields.put("compared", compared);
        fields.put("equal", isEqual());
        fields.put("different", different);
        fields.put("repaired", repaired);
        fields.put("undecided", undecided);
        fields.put("ofOthers", ofOthers);
        fields.put("differences", differences.stream().map(VerifyReport::fields).toList());
        fields.put("reasons", reasons);
        return fields;
    }

    private static Map<String, Object> fields(Difference difference) {
        return Map.of(
                "key", difference.key(),
                "database", difference.database(),
                "kind", difference.kind().name(),
                "detail", difference.detail());
    }
}
