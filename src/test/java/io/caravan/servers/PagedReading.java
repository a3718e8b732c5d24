package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A list or a sorted set, read by index: an element a line, of a sorted set with its score. */
final class PagedReading implements ValueReading {
    private static final int PAGE = 1_000;

    private final String command;
    private final byte[] key;
    private final int wordsPerElement;
    private final List<String> lines = new ArrayList<>();
    private boolean complete;

    PagedReading(String command, byte[] key, int wordsPerElement) {
        this.command = command;
        this.key = key;
        this.wordsPerElement = wordsPerElement;
    }

    @Override
    public Optional<Request> next() {
        if (complete) {
            return Optional.empty();
        }
        int from = lines.size();
        int to = from + PAGE - 1;
        return Optional.of(
                wordsPerElement == 1
                        ? Request.of(command, key, from, to)
                        : Request.of(command, key, from, to, "WITHSCORES"));
    }

    @Override
    public void accept(@Nullable Object reply) {
        List<?> words = ValueReading.list(reply);
        for (int i = 0; i < words.size(); i += wordsPerElement) {
            String element = ValueReading.text(words.get(i));
            lines.add(wordsPerElement == 1 ? element : element + BETWEEN + score(ValueReading.text(words.get(i + 1))));
        }
        complete = words.size() < PAGE * wordsPerElement;
    }

    /**
     * Servers write the same number differently ({@code 0.10000000000000001} in 3.2), and the listpacks of 7.0 do not keep
     * the sign of -0, which Redis takes for the same score as 0.
     */
    private static double score(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text) + 0.0; // -0.0 + 0.0 is 0.0
        };
    }

    @Override
    public List<String> lines() {
        return lines;
    }
}
