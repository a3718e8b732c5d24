package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * What a {@link Load} wrote.
 *
 * @param acknowledged commands that the source answered
 * @param unanswered commands that a lost connection left in doubt
 * @param retries commands sent again after a redirection or a refusal
 * @param counters each counter's key with its value at the source
 * @param lists each list's key with its length; it holds 1 to that number
 */
public record LoadReport(
        long acknowledged,
        long unanswered,
        long retries,
        long millis,
        Map<String, Long> counters,
        Map<String, Long> lists) {
    private static final int LIMIT = 20;

    /** The counters and lists that are not as they should be, at the source or at a copy of it; the first 20. */
    public List<String> violationsAt(Deployment deployment, int database) {
        List<String> violations = new ArrayList<>();
        try (DeploymentClient client = deployment.connect()) {
            client.select(database);
            counters.forEach((key, value) -> {
                String expected = value == 0 ? "null" : value.toString();
                String actual = String.valueOf(client.call("GET", key));
                if (!actual.equals(expected)) {
                    violations.add("counter " + key + " is " + actual + ", not " + expected);
                }
            });
            lists.forEach((key, length) -> {
                List<?> actual = (List<?>) Objects.requireNonNull(client.call("LRANGE", key, "0", "-1"));
                List<String> expected = LongStream.rangeClosed(1, length)
                        .mapToObj(Long::toString)
                        .toList();
                if (!actual.equals(expected)) {
                    violations.add("list " + key + " is not 1 to " + length + ": " + firstFault(actual, length));
                }
            });
        }
        return violations.subList(0, Math.min(LIMIT, violations.size()));
    }

    /** {@link #violationsAt(Deployment, int)} in database 0. */
    public List<String> violationsAt(Deployment deployment) {
        return violationsAt(deployment, 0);
    }

    private static String firstFault(List<?> actual, long length) {
        for (int i = 0; i < actual.size() && i < length; i++) {
            if (!actual.get(i).equals(Long.toString(i + 1L))) {
                return "at " + i + " stands " + actual.get(i);
            }
        }
        return "it has " + actual.size() + " elements";
    }

    @Override
    public String toString() {
        return acknowledged + " commands acknowledged in " + millis + " ms, " + unanswered + " unanswered, " + retries
                + " sent again";
    }
}
