package io.caravan.control;

import io.caravan.camel.PrecheckFailedException;
import io.caravan.camel.RedisReplicationConsumer;
import io.caravan.camel.TaskEvent;
import io.caravan.camel.TaskRoute;
import io.caravan.camel.TaskSides;
import io.caravan.node.ServerVersion;
import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckReport;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.jspecify.annotations.Nullable;

/**
 * A task of the application: its state, which follows from its route and its consumer, and its history.
 *
 * <p>{@link #sample} is called once a second by one thread, {@link #on} by the threads of starts, the rest by any. What is
 * shown is at most a second old, its state never.
 */
final class Task {

    private static final int EVENTS_SHOWN = 200;
    private static final Duration FIRST_ESTIMATE = Duration.ofSeconds(2);

    private final CamelContext context;
    private final TaskRoute route;
    private final String routeId;
    private final TaskHistory history;
    private final Figures figures = new Figures();
    private volatile Figures.Taken taken = figures.take(null);

    // What follows is guarded by this.
    private Condition condition = new Condition(TaskState.CONNECTING, "", "");
    private Instant since = Instant.now();
    private @Nullable Instant started;
    private TaskState before = TaskState.CONNECTING;
    private boolean prechecking;
    private boolean restarting = true;
    private boolean ending;
    private @Nullable PrecheckReport report;
    private @Nullable PrecheckReport failedPrecheck;
    private @Nullable Throwable failure;
    private @Nullable Throwable stale;
    private @Nullable RedisReplicationConsumer consumer;
    private @Nullable TaskAction doing;
    private @Nullable TaskVerification verification;
    private @Nullable TaskCutover cutover;
    private @Nullable Double percent;
    private @Nullable Instant estimatedEnd;
    private Map<String, Object> source;
    private Map<String, Object> destination;

    Task(CamelContext context, TaskRoute route, TaskHistory history) {
        this.context = context;
        this.route = route;
        this.history = history;
        routeId = history.task().route();
        source = side(route.configuration().getNodes(), Optional.empty());
        destination = side(route.destination(context), Optional.empty());
    }

    TaskIdentity identity() {
        return history.task();
    }

    TaskRoute route() {
        return route;
    }

    TaskHistory history() {
        return history;
    }

    synchronized TaskState state() {
        return condition.state();
    }

    /** What is wrong with it, in words; empty if nothing is. */
    synchronized String problem() {
        return condition.problem();
    }

    /** Where its keys go, as configured. */
    String destinationNodes() {
        return route.destination(context);
    }

    /** The consumer of the route as it runs, or ran last; empty before the first start. */
    Optional<RedisReplicationConsumer> runningConsumer() {
        Route made = context.getRoute(routeId);
        return made != null && made.getConsumer() instanceof RedisReplicationConsumer found
                ? Optional.of(found)
                : Optional.empty();
    }

    /** Whether it has shards, be they paused. */
    boolean runs() {
        return runningConsumer().filter(each -> !each.status().isEmpty()).isPresent();
    }

    /** A start says what it does. */
    void on(TaskEvent event) {
        synchronized (this) {
            switch (event.kind()) {
                case PRECHECKING -> {
                    failure = null;
                    stale = Retries.failure(context, routeId).orElse(null);
                    restarting = true;
                    precheckBegins();
                }
                case PRECHECKED -> event.report().ifPresent(this::precheckEnds);
                case RESTARTS -> restarting = true;
                case START_FAILED -> event.failure().ifPresent(this::startFailed);
            }
        }
        observe();
    }

    /** A precheck begins: that of a start, or one that somebody has asked for. */
    synchronized void precheckBegins() {
        prechecking = true;
    }

    synchronized void precheckEnds(PrecheckReport found) {
        prechecking = false;
        report = found;
        failedPrecheck = found.passed() ? null : found;
        history.add(
                HistoryEvent.Kind.PRECHECK,
                found.passed()
                        ? "passed" + (found.outcome() == Outcome.WARNING ? ", with warnings" : "")
                        : "failed: " + found.count(Outcome.FAILED) + " of "
                                + found.items().size() + " items");
    }

    /** The route has not started; a precheck that failed has said so itself. */
    synchronized void startFailed(Throwable why) {
        prechecking = false;
        restarting = false;
        if (Causes.contains(why, PrecheckFailedException.class)) {
            return;
        }
        failure = why;
    }

    /** Somebody starts or stops the task: what was before is past. */
    synchronized void begins(TaskAction action) {
        doing = action;
        if (action == TaskAction.START || action == TaskAction.STOP) {
            failure = null;
            failedPrecheck = null;
            restarting = action == TaskAction.START;
        }
    }

    synchronized void ended(TaskAction action) {
        if (doing == action) {
            doing = null;
        }
        restarting &= action != TaskAction.START;
    }

    /** What is being done to it; empty if nothing is. */
    synchronized Optional<TaskAction> doing() {
        return Optional.ofNullable(doing);
    }

    synchronized void verification(TaskVerification begun) {
        verification = begun;
    }

    synchronized Optional<TaskVerification> verification() {
        return Optional.ofNullable(verification);
    }

    synchronized void cutover(TaskCutover begun) {
        cutover = begun;
    }

    /** The application has been started: what is not running by now is started by a supervising controller, or not at all. */
    synchronized void applicationStarted() {
        restarting &= Retries.isToBeStarted(context, routeId);
    }

    /** The application is being stopped. */
    synchronized void applicationStops() {
        ending = true;
    }

    /**
     * Changes how much it may ask of both sides.
     *
     * @param given by the names of the options, {@code null} where one is not given
     * @throws RefusedException if it does not run
     * @throws IllegalArgumentException if one is no limit
     */
    void limit(Function<String, @Nullable String> given) throws RefusedException {
        RedisReplicationConsumer running = runningConsumer()
                .filter(each -> !each.status().isEmpty())
                .orElseThrow(() -> new RefusedException("task " + identity().name()
                        + " does not run; its next start takes the limits that are configured"));
        String changed = TaskLimits.change(running, given);
        if (!changed.isEmpty()) {
            history.add(HistoryEvent.Kind.ACTION, "limits: " + changed);
        }
    }

    /** Whether its precheck has failed for a reason that time alone does not mend, and Camel would try again nevertheless. */
    synchronized boolean isRetriedInVain() {
        PrecheckReport failed = failedPrecheck;
        return failed != null && !Retries.mayPass(failed) && Retries.isRetried(context, routeId);
    }

    /** Measures, and finds out how it is. */
    void sample() {
        RedisReplicationConsumer running = runningConsumer().orElse(null);
        taken = figures.take(running);
        if (running != null) {
            running.sides().ifPresent(this::sides);
        }
        observe();
    }

    private synchronized void sides(TaskSides sides) {
        source = side(route.configuration().getNodes(), Optional.of(sides.source()));
        destination = side(route.destination(context), sides.destination());
    }

    private static Map<String, Object> side(String nodes, Optional<TaskSides.Side> found) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("nodes", nodes);
        fields.put(
                "kind",
                found.map(side -> side.cluster() ? "cluster" : "standard").orElse(""));
        fields.put(
                "version",
                found.flatMap(TaskSides.Side::version).map(Task::versionText).orElse(""));
        return fields;
    }

    private static String versionText(ServerVersion version) {
        String text = version.toString();
        return text.startsWith("Redis ") ? text.substring("Redis ".length()) : text;
    }

    /** Finds out how it is at this moment, and writes down what has changed. */
    synchronized void observe() {
        RedisReplicationConsumer running = runningConsumer().orElse(null);
        Observed.RouteStatus status = Retries.statusOf(context, routeId, running);
        if (running != consumer) {
            consumer = running;
            before = TaskState.CONNECTING;
        }
        if (status == Observed.RouteStatus.STARTED) {
            restarting = false;
            failure = null;
            failedPrecheck = null;
        }
        started = runs(status) ? Objects.requireNonNullElseGet(started, Instant::now) : null;
        Observed seen = new Observed(
                status,
                before,
                prechecking,
                Retries.isRetried(context, routeId),
                restarting && !ending,
                running == null ? List.of() : running.status(),
                taken.nodeProblems(),
                Optional.ofNullable(failedPrecheck),
                Optional.ofNullable(failure).or(this::controllersFailure));
        Condition next = Condition.of(seen, condition);
        if (next.state() == TaskState.SYNCHRONIZING && before == TaskState.CONNECTING && hasReadSnapshot(running)) {
            become(new Condition(TaskState.INITIAL_SYNCHRONIZATION, "", "")); // it was over before anybody looked
        }
        become(next);
        estimate(seen);
    }

    private static boolean hasReadSnapshot(@Nullable RedisReplicationConsumer running) {
        return running != null
                && running.counters().values().stream().anyMatch(shard -> shard.fullResynchronizations() > 0);
    }

    /** Of the last start; the controller keeps it while the next one is on its way. What a precheck found is told apart. */
    private Optional<Throwable> controllersFailure() {
        return Retries.failure(context, routeId)
                .filter(found -> found != stale && !Causes.contains(found, PrecheckFailedException.class));
    }

    private static boolean runs(Observed.RouteStatus status) {
        return status == Observed.RouteStatus.STARTED || status == Observed.RouteStatus.SUSPENDED;
    }

    private void become(Condition next) {
        Condition last = condition;
        condition = next;
        if (next.state() == TaskState.INITIAL_SYNCHRONIZATION || next.state() == TaskState.SYNCHRONIZING) {
            before = next.state();
        }
        if (next.state() != last.state()) {
            since = Instant.now();
            String why = next.problem().isEmpty() ? ending ? ": the process ends" : "" : ": " + next.problem();
            history.add(HistoryEvent.Kind.STATE, next.state() + why);
        } else if (last.problem().isEmpty() && !next.problem().isEmpty()) {
            history.add(HistoryEvent.Kind.PROBLEM, next.problem());
        } else if (!last.problem().isEmpty() && next.problem().isEmpty()) {
            history.add(HistoryEvent.Kind.PROBLEM, "over: " + last.problem());
        }
    }

    private void estimate(Observed seen) {
        OptionalDouble read = condition.state() == TaskState.INITIAL_SYNCHRONIZATION
                ? Figures.percent(seen.shards())
                : OptionalDouble.empty();
        percent = read.isPresent() ? Figures.tenths(read.getAsDouble()) : null;
        Duration elapsed = Duration.between(since, Instant.now());
        boolean known = read.isPresent() && read.getAsDouble() >= 1 && elapsed.compareTo(FIRST_ESTIMATE) > 0;
        estimatedEnd =
                known ? Instant.now().plusMillis((long) (elapsed.toMillis() * (100 / read.getAsDouble() - 1))) : null;
    }

    /** As the API shows it in a list. */
    synchronized Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", identity().id());
        fields.put("name", identity().name());
        fields.put("route", routeId);
        fields.put("state", condition.state().toString());
        fields.put("since", Times.text(since));
        fields.put("started", started == null ? null : Times.text(started));
        fields.put("problem", condition.problem());
        fields.put("remedy", condition.remedy());
        fields.put("percent", percent);
        fields.put("estimatedEnd", estimatedEnd == null ? null : Times.text(estimatedEnd));
        fields.put("source", source);
        fields.put("destination", destination);
        fields.putAll(taken.fields());
        fields.put("limits", runningConsumer().map(TaskLimits::fields).orElse(null));
        fields.put("doing", doing == null ? null : doing.toString());
        fields.put(
                "actions",
                TaskActions.possible(this).stream().map(TaskAction::toString).toList());
        return fields;
    }

    /** As the API shows it alone. */
    synchronized Map<String, Object> details() {
        Map<String, Object> fields = fields();
        fields.put(
                "events",
                history.latest(EVENTS_SHOWN).stream().map(HistoryEvent::json).toList());
        fields.put("precheckReport", report == null ? null : report.fields());
        fields.put("verification", verification == null ? null : verification.fields());
        fields.put("cutover", cutover == null ? null : cutover.fields());
        return fields;
    }
}
