package io.caravan.control;

import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckReport;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a task is: its state, what is wrong in words, and what to do; both empty if nothing is wrong.
 *
 * <p>Follows from what {@link Observed} says, and from nothing else.
 */
record Condition(TaskState state, String problem, String remedy) {

    private static final int SHOWN = 3;
    private static final String BY_ITSELF =
            "nothing has to be done: it is tried again, and the task goes on where it was";

    /** @param present stays while the route is being stopped */
    static Condition of(Observed seen, Condition present) {
        if (seen.prechecking() && !seen.runs()) {
            return new Condition(TaskState.PRECHECKING, "", "");
        }
        return switch (seen.route()) {
            case STARTED -> isEnding(seen) ? present : ofRunning(seen);
            case SUSPENDED -> withProblems(TaskState.PAUSED, seen);
            case STARTING -> new Condition(TaskState.CONNECTING, "", "");
            case STOPPING -> present;
            case STOPPED -> ofStopped(seen);
            case GONE ->
                new Condition(
                        TaskState.FAILED,
                        "the route is not there any more: its file has been removed, or could not be read again",
                        "see what the log says of the file in routes/, and mend it");
        };
    }

    /** The route stops its consumer first, and says so later. */
    private static boolean isEnding(Observed seen) {
        return seen.shards().isEmpty() && seen.before() != TaskState.CONNECTING;
    }

    private static Condition ofRunning(Observed seen) {
        List<ShardStatus> shards = seen.shards();
        if (shards.stream().anyMatch(shard -> shard.state() == ShardState.FAILED)) {
            return new Condition(
                    TaskState.FAILED,
                    problems(seen),
                    "mend what the problem names, then start the task again: it goes on from its checkpoint");
        }
        if (shards.stream().anyMatch(Condition::readsSnapshot)) {
            return withProblems(TaskState.INITIAL_SYNCHRONIZATION, seen);
        }
        if (shards.stream().allMatch(Condition::isSynchronized)) {
            return withProblems(shards.isEmpty() ? TaskState.CONNECTING : TaskState.SYNCHRONIZING, seen);
        }
        return withProblems(seen.before(), seen);
    }

    private static boolean readsSnapshot(ShardStatus shard) {
        return switch (shard.state()) {
            case WAITING_FOR_SNAPSHOT, SNAPSHOT -> true;
            case STREAMING -> !isApplied(shard);
            case CONNECTING, FAILED, STOPPED -> false;
        };
    }

    private static boolean isSynchronized(ShardStatus shard) {
        return shard.state() == ShardState.STREAMING && isApplied(shard);
    }

    /** What the snapshot has brought is at the destination. */
    private static boolean isApplied(ShardStatus shard) {
        return shard.appliedOffset() >= 0;
    }

    private static Condition withProblems(TaskState state, Observed seen) {
        String problems = problems(seen);
        return new Condition(state, problems, problems.isEmpty() ? "" : BY_ITSELF);
    }

    private static Condition ofStopped(Observed seen) {
        if (seen.failedPrecheck().isPresent()) {
            PrecheckReport failed = seen.failedPrecheck().get();
            return new Condition(
                    TaskState.PRECHECK_FAILED,
                    failures(failed),
                    seen.isRetried() && Retries.mayPass(failed)
                            ? "the task is started again by itself until its servers answer"
                            : "mend what the precheck report names, then start the task");
        }
        if (seen.failure().isPresent()) {
            return new Condition(
                    TaskState.FAILED,
                    Causes.text(seen.failure().get()),
                    seen.isRetried() ? "the start is tried again by itself" : "mend that, then start the task");
        }
        return new Condition(seen.isRestarting() ? TaskState.CONNECTING : TaskState.STOPPED, "", "");
    }

    private static String problems(Observed seen) {
        return cut(Stream.concat(
                        seen.shards().stream()
                                .filter(shard -> !shard.problem().isEmpty())
                                .map(Condition::problem),
                        seen.nodeProblems().stream())
                .toList());
    }

    /** Most problems name their source themselves, at the address where it is now. */
    private static String problem(ShardStatus shard) {
        String problem = shard.problem();
        boolean named = problem.startsWith("source " + shard.name()) || problem.startsWith("source " + shard.node());
        return named ? problem : "source " + shard.name() + ": " + problem;
    }

    private static String failures(PrecheckReport report) {
        return cut(report.items().stream()
                .flatMap(item -> item.findings().stream()
                        .filter(finding -> finding.outcome() == Outcome.FAILED)
                        .map(finding -> item.name() + ": " + finding.sentence()))
                .toList());
    }

    private static String cut(List<String> texts) {
        return texts.stream().limit(SHOWN).collect(Collectors.joining("; "))
                + (texts.size() > SHOWN ? "; and " + (texts.size() - SHOWN) + " more" : "");
    }
}
