package io.caravan.control;

import io.caravan.precheck.PrecheckReport;
import io.caravan.replication.ShardStatus;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a task at one moment.
 *
 * @param route how its route is
 * @param before the state of a task that runs, as long as its shards connect again
 * @param prechecking whether a precheck is on its way
 * @param isRetried whether Camel starts the route again by itself
 * @param isRestarting whether the route is about to be started for the first time, or again by itself
 * @param shards of the source; empty unless the route runs
 * @param nodeProblems what keeps destination nodes from serving
 * @param failedPrecheck the precheck that kept the route from starting
 * @param failure what kept the route from starting, if it was no precheck
 */
record Observed(
        RouteStatus route,
        TaskState before,
        boolean prechecking,
        boolean isRetried,
        boolean isRestarting,
        List<ShardStatus> shards,
        List<String> nodeProblems,
        Optional<PrecheckReport> failedPrecheck,
        Optional<Throwable> failure) {

    /** How a route is. */
    enum RouteStatus {
        GONE,
        STOPPED,
        STARTING,
        STARTED,
        SUSPENDED,
        STOPPING
    }

    boolean runs() {
        return route == RouteStatus.STARTED || route == RouteStatus.SUSPENDED;
    }
}
