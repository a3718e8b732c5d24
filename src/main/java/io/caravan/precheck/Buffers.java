package io.caravan.precheck;

import java.util.Map;
import java.util.Optional;

/**
 * What a master holds back for its replicas.
 *
 * @param hardBytes most bytes that may wait for a replica; 0 for no limit
 * @param softBytes most bytes that may wait for longer than {@code softSeconds}; 0 for no limit
 * @param softSeconds how long more than that may wait
 * @param backlogBytes bytes of the stream that are kept for a link that is made again
 * @param timeoutSeconds silence after which a replica is given up
 * @param pingSeconds pause between two signs of life
 */
record Buffers(
        long hardBytes, long softBytes, long softSeconds, long backlogBytes, long timeoutSeconds, long pingSeconds) {

    /** What a snapshot is taken to be sent and read at, where the machine is busy with other things as well. */
    private static final long SNAPSHOT_BYTES_PER_SECOND = 50L * 1024 * 1024;

    /** A lost link should be bridged for so long. */
    private static final long BRIDGED_SECONDS = 60;

    private static final long SHORTEST_TIMEOUT_SECONDS = 30;
    private static final long DEFAULT_TIMEOUT_SECONDS = 60;
    private static final int ROOM = 2;

    /**
     * Reads settings as {@code CONFIG GET} gives them.
     *
     * @return empty if the limit of replicas is not among them
     */
    static Optional<Buffers> of(Map<String, String> settings) {
        // normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60; "replica" from Valkey 8 on
        String[] limits =
                settings.getOrDefault("client-output-buffer-limit", "").split(" ");
        for (int i = 0; i + 3 < limits.length; i += 4) {
            if (limits[i].equals("slave") || limits[i].equals("replica")) {
                return Optional.of(new Buffers(
                        number(limits[i + 1]),
                        number(limits[i + 2]),
                        number(limits[i + 3]),
                        number(settings.getOrDefault("repl-backlog-size", "0")),
                        number(settings.getOrDefault("repl-timeout", "0")),
                        number(settings.getOrDefault(
                                "repl-ping-replica-period", settings.getOrDefault("repl-ping-slave-period", "0")))));
            }
        }
        return Optional.empty();
    }

    private static long number(String digits) {
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }

    /**
     * Judges them.
     *
     * @param node whose they are
     * @param bytesPerSecond what is written at the moment
     * @param dataBytes what the snapshot has to bring
     * @param silenceMillis we take a link for dead after so long
     */
    void judge(String node, long bytesPerSecond, long dataBytes, long silenceMillis, Findings findings) {
        long seconds = dataBytes / SNAPSHOT_BYTES_PER_SECOND;
        long waiting = bytesPerSecond * seconds;
        boolean overflows = (hardBytes > 0 && waiting > hardBytes)
                || (softBytes > 0 && waiting > softBytes && seconds > softSeconds);
        if (overflows) {
            findings.warn(
                    node,
                    "some " + Sizes.text(waiting) + " are written while the snapshot of " + Sizes.text(dataBytes)
                            + " is sent, and client-output-buffer-limit replica is " + Sizes.text(hardBytes) + " hard, "
                            + Sizes.text(softBytes) + " soft for " + softSeconds
                            + " s: the source would cut the link, and the snapshot begin anew",
                    "CONFIG SET client-output-buffer-limit \"replica " + ROOM * waiting + " " + ROOM * waiting
                            + " 600\", or start when less is written");
        }
        if (backlogBytes > 0 && bytesPerSecond * BRIDGED_SECONDS > backlogBytes) {
            findings.warn(
                    node,
                    "repl-backlog-size is " + Sizes.text(backlogBytes) + ", and " + Sizes.text(bytesPerSecond)
                            + " are written each second: a link that is lost for longer than "
                            + backlogBytes / bytesPerSecond + " s costs another snapshot",
                    "CONFIG SET repl-backlog-size " + ROOM * bytesPerSecond * BRIDGED_SECONDS);
        }
        judgeTimes(node, silenceMillis, findings);
    }

    private void judgeTimes(String node, long silenceMillis, Findings findings) {
        if (timeoutSeconds > 0 && timeoutSeconds < SHORTEST_TIMEOUT_SECONDS) {
            findings.warn(
                    node,
                    "repl-timeout is " + timeoutSeconds
                            + " s: the source gives a replica up that reads nothing for so long while it applies a snapshot",
                    "CONFIG SET repl-timeout " + DEFAULT_TIMEOUT_SECONDS);
        }
        if (pingSeconds * 1000 >= silenceMillis) {
            findings.warn(
                    node,
                    "sends a PING every " + pingSeconds
                            + " s (repl-ping-replica-period), and a link that is silent for " + silenceMillis
                            + " ms is taken for dead (replicationTimeout)",
                    "CONFIG SET repl-ping-replica-period 10, or raise replicationTimeout");
        }
    }
}
