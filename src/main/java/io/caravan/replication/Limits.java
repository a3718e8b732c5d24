package io.caravan.replication;

/**
 * Bounds of what one shard holds in memory, and of a batch.
 *
 * @param maxBatchCommands most commands in a batch
 * @param maxBatchBytes about how many bytes of commands a batch holds; also the first size of the stream's window
 * @param maxInFlightBatches most batches on their way to the destination
 * @param inFlightBytes about how many bytes of batches are on their way
 * @param receiveBytes most bytes received but not yet read; the source is not read further beyond that
 * @param largeBytes a value or command of more bytes is not held in memory: values become several commands, commands go
 *     through a temporary file
 */
public record Limits(
        int maxBatchCommands,
        int maxBatchBytes,
        int maxInFlightBatches,
        long inFlightBytes,
        long receiveBytes,
        int largeBytes) {

    private static final int SMALLEST_SHARE = 1024 * 1024;
    private static final int MOST_RECEIVE_BYTES = 8 * 1024 * 1024;
    private static final int MOST_LARGE_BYTES = 4 * 1024 * 1024;
    private static final int LEAST_LARGE_BYTES = 128 * 1024;

    public Limits {
        if (maxBatchCommands < 1 || maxInFlightBatches < 1) {
            throw new IllegalArgumentException("maxBatchCommands and maxInFlightBatches must be at least 1");
        }
        if (maxBatchBytes < 4096) {
            throw new IllegalArgumentException("maxBatchBytes must be at least 4096, not " + maxBatchBytes);
        }
    }

    /**
     * Divides the memory of a task among its shards: a quarter of a share for what is received, half for what is on its
     * way, an eighth for one value.
     *
     * @param memoryBytes memory of all shards together
     * @throws IllegalArgumentException if a share is less than 1 MiB
     */
    public static Limits sharing(
            long memoryBytes, int shards, int maxBatchCommands, int maxBatchBytes, int maxInFlightBatches) {
        long share = memoryBytes / Math.max(1, shards);
        if (share < SMALLEST_SHARE) {
            throw new IllegalArgumentException("memoryLimit of " + memoryBytes + " bytes is too small for " + shards
                    + " source shards; each needs 1 MiB, better 8 MiB");
        }
        return new Limits(
                maxBatchCommands,
                maxBatchBytes,
                maxInFlightBatches,
                share / 2,
                Math.min(share / 4, MOST_RECEIVE_BYTES),
                (int) Math.max(LEAST_LARGE_BYTES, Math.min(share / 8, MOST_LARGE_BYTES)));
    }
}
