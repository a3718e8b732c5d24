package io.caravan.servers;

import org.jspecify.annotations.Nullable;

/**
 * A hash tag of one writer, with a counter and a list whose values the writer knows. Owned by that writer's thread; read by
 * others after it ended.
 */
final class TrackedTag {
    private final String prefix;
    private long counter;
    private long listEnd;
    private boolean certain = true;

    TrackedTag(String prefix) {
        this.prefix = prefix;
    }

    String prefix() {
        return prefix;
    }

    String counterKey() {
        return prefix + ":counter";
    }

    String listKey() {
        return prefix + ":numbers";
    }

    /** Acknowledged increments. */
    long counter() {
        return counter;
    }

    /** The last number of the list. */
    long listEnd() {
        return listEnd;
    }

    void incremented() {
        counter++;
    }

    void appended(int numbers) {
        listEnd += numbers;
    }

    /** A command got no answer: whether it ran must be read back before the next one. */
    void doubt() {
        certain = false;
    }

    void settle(DeploymentClient client) {
        if (!certain) {
            counter = number(client.call("GET", counterKey()));
            listEnd = number(client.call("LINDEX", listKey(), "-1"));
            certain = true;
        }
    }

    private static long number(@Nullable Object reply) {
        return reply == null ? 0 : Long.parseLong(reply.toString());
    }
}
