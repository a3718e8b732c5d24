package io.caravan.replication;

import io.caravan.command.CommandTable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What all shards of a session have in common.
 *
 * @param limits of each shard
 * @param commands what the commands of the source mean
 * @param sink takes the batches
 * @param keyReaderThread reads keys
 * @param threads make lost links again
 * @param linking closed while no link to the source is wanted
 * @param sweeps whether keys that the source has no more are removed from the destination after a repeated snapshot
 * @param slotsKnown whether it is known which master has which slots
 * @param empties whether what the destination has of a shard is removed before its snapshot is repeated
 * @param resharding of slots that have changed their shard since the records were written
 * @param isResharded whether there may be such slots
 * @param progressWanted asks for the progress of the shards to be written down; {@code null} if it never is
 */
record ShardContext(
        SourceSettings settings,
        SourceTopology topology,
        Limits limits,
        CommandTable commands,
        BatchSink sink,
        Executor keyReaderThread,
        Executor threads,
        Gate linking,
        boolean sweeps,
        boolean slotsKnown,
        boolean empties,
        Resharding resharding,
        boolean isResharded,
        @Nullable Runnable progressWanted) {}
