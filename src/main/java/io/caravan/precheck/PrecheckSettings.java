package io.caravan.precheck;

import io.caravan.cluster.DestinationSettings;
import io.caravan.command.Edition;
import io.caravan.replication.HeartbeatSettings;
import io.caravan.replication.SourceSettings;
import io.caravan.spool.SpoolPlace;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a task before it starts.
 *
 * @param task id of the task
 * @param source as its session is told
 * @param destinations those that its route leads to; none if nothing is applied by us
 * @param checkpoints where it finds its place again
 * @param conflictMode what follows from keys that a destination has already
 * @param sweepsOthers whether keys of others are removed where the source has not got them ({@code sweep=ALWAYS})
 * @param edition the table of operations that it is held to
 * @param unlisted what becomes of operations that the edition does not list
 * @param missingModulesFail whether a module that a destination lacks keeps the task from starting
 * @param spool where the spool is, empty if there is none
 * @param heartbeat how heartbeats are written at the source, empty if none are
 */
public record PrecheckSettings(
        String task,
        SourceSettings source,
        List<DestinationSettings> destinations,
        Checkpoints checkpoints,
        ConflictMode conflictMode,
        boolean sweepsOthers,
        Edition edition,
        Unlisted unlisted,
        boolean missingModulesFail,
        Optional<SpoolPlace> spool,
        Optional<HeartbeatSettings> heartbeat) {

    public PrecheckSettings {
        destinations = List.copyOf(destinations);
    }

    /** What follows from keys that a destination has already. */
    public enum ConflictMode {
        /** The precheck fails. */
        INTERCEPT,
        /** A warning: those that the source has too are overwritten. */
        IGNORE
    }

    /** What becomes of operations that an edition does not list. */
    public enum Unlisted {
        /** They are applied as well. */
        FORWARDED,
        /** They are left out. */
        SKIPPED,
        /** The shard stops before the first of them. */
        REJECTED
    }

    /**
     * Where checkpoints are kept.
     *
     * @param inDestination whether in the first destination
     * @param file or in this file
     */
    public record Checkpoints(boolean inDestination, Optional<Path> file) {}
}
