package io.caravan.command;

/**
 * Where a {@link CommandBatch} comes from.
 *
 * @param shard the source shard
 * @param phase snapshot or stream
 * @param replicationId the 40 characters that name the history that the offsets count in
 * @param history how many histories the shard has had before that one, as far as this process knows: offsets of different
 *     histories say nothing of each other
 * @param sequence number of the batch within its shard, counting from 0 through reconnections
 * @param startOffset the replication offset before the first command; in the snapshot the offset that it was taken at
 * @param endOffset the replication offset after the last command, commands that are not passed on ({@code PING})
 *     included; in the snapshot the same as {@code startOffset}
 * @param receivedAtNanos {@link System#nanoTime()} when the last of its bytes had arrived
 * @param sourceTimeMillis what the source's clock said, as far as is known, when it ran the last of the commands: a time to
 *     live that a command names counts from there. Never before the command was run, and not after it was received
 * @param late whether the source had run commands of the batch before the link that they came by was made, or at a time that is
 *     known less than to the second, so that {@code sourceTimeMillis} says little of them: keys with a relative time to live are
 *     then to be read again at the source
 * @param ranAtNanos {@link System#nanoTime()} when the source ran the last of the commands, as far as is known: not after
 *     {@code receivedAtNanos}
 * @param repeatedUntil the replication offset up to which commands may have been applied already, by a process that ended
 *     before it could say so; 0 if none
 * @param staleUntil the replication offset up to which a command may meet a key at the destination that the source has lost
 *     before, and a repeated snapshot has not told; 0 if none can be there
 * @param lineage a name that no other history has, of this process or another: offsets of one lineage can be compared, also after a
 *     replica of the source has taken over and has given the history another replication id; empty if there is none
 */
public record BatchOrigin(
        SourceShard shard,
        Phase phase,
        String replicationId,
        int history,
        long sequence,
        long startOffset,
        long endOffset,
        long receivedAtNanos,
        long sourceTimeMillis,
        boolean late,
        long ranAtNanos,
        long repeatedUntil,
        long staleUntil,
        String lineage) {

    /** Of a batch that was received as soon as it was run, and that nobody has applied before. */
    public BatchOrigin(
            SourceShard shard,
            Phase phase,
            String replicationId,
            long sequence,
            long startOffset,
            long endOffset,
            long receivedAtNanos,
            long sourceTimeMillis,
            boolean late) {
        this(
                shard,
                phase,
                replicationId,
                0,
                sequence,
                startOffset,
                endOffset,
                receivedAtNanos,
                sourceTimeMillis,
                late,
                receivedAtNanos,
                0,
                0,
                "");
    }

    /** Of a batch whose commands name moments only: values, of a snapshot or read again. */
    public BatchOrigin(
            SourceShard shard,
            Phase phase,
            String replicationId,
            long sequence,
            long startOffset,
            long endOffset,
            long receivedAtNanos) {
        this(shard, phase, replicationId, sequence, startOffset, endOffset, receivedAtNanos, 0, false);
    }

    /** Of a batch of that history. */
    public BatchOrigin inHistory(int number) {
        return inHistory(number, lineage);
    }

    /** Of a batch of that history, which has that name. */
    public BatchOrigin inHistory(int number, String name) {
        return new BatchOrigin(
                shard,
                phase,
                replicationId,
                number,
                sequence,
                startOffset,
                endOffset,
                receivedAtNanos,
                sourceTimeMillis,
                late,
                ranAtNanos,
                repeatedUntil,
                staleUntil,
                name);
    }

    @Override
    public String toString() {
        return shard.name() + " " + phase + " #" + sequence + ", offsets " + startOffset + " to " + endOffset;
    }
}
