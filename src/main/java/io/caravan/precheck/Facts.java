package io.caravan.precheck;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the items look at.
 *
 * @param settings of the task
 * @param source its servers
 * @param destinations the servers of each destination, in the order of the settings
 * @param continues whether the task has a checkpoint, so that what the destination holds is its own work
 * @param scheduler for what has to be looked at twice
 */
record Facts(
        PrecheckSettings settings,
        Side source,
        List<Side> destinations,
        boolean continues,
        ScheduledExecutorService scheduler) {

    /** For what keeps a new task from starting, but not one that has started before. */
    Outcome graveUnlessContinued() {
        return continues ? Outcome.WARNING : Outcome.FAILED;
    }
}
