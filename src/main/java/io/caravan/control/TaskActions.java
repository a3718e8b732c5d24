package io.caravan.control;

import io.caravan.camel.RedisReplicationConsumer;
import io.caravan.camel.RoutePrecheck;
import io.caravan.camel.RouteVerification;
import io.caravan.verify.VerifyReport;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.RouteController;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does to a task what somebody has asked for, on a thread of its own: whoever asks does not wait. One thing at a time; a
 * verification goes on beside.
 */
final class TaskActions {

    private static final Logger LOG = LoggerFactory.getLogger(TaskActions.class);

    private final CamelContext context;
    private final ExecutorService threads;

    TaskActions(CamelContext context, ExecutorService threads) {
        this.context = context;
        this.threads = threads;
    }

    /** What may be done to a task now. */
    static Set<TaskAction> possible(Task task) {
        if (task.doing().isPresent()) {
            return Set.of();
        }
        Set<TaskAction> possible = TaskAction.in(task.state());
        if (task.verification().filter(TaskVerification::isRunning).isPresent()) {
            possible = EnumSet.copyOf(possible);
            possible.remove(TaskAction.VERIFY);
            possible.remove(TaskAction.CUTOVER);
        }
        return possible;
    }

    /**
     * Begins what was asked for; what becomes of it is in the task's state and history.
     *
     * @param options how it is to be done
     * @return the cutover that has begun, if it is one
     * @throws RefusedException if that cannot be done now; says why, and what to do
     */
    Optional<TaskCutover> begin(Task task, TaskAction action, ActionOptions options) throws RefusedException {
        Optional<TaskCutover> cutover =
                action == TaskAction.CUTOVER ? Optional.of(new TaskCutover()) : Optional.empty();
        synchronized (task) { // between the look and the beginning nobody else begins
            if (!possible(task).contains(action)) {
                throw new RefusedException(refusal(task, action));
            }
            if (action == TaskAction.VERIFY && options.repair() && !task.runs()) {
                throw new RefusedException("task " + task.identity().name()
                        + " does not run, so that nothing can be repaired in its place in the stream; start it, or verify without"
                        + " repair");
            }
            if (action == TaskAction.VERIFY) {
                task.verification(new TaskVerification(options.verify()));
            } else {
                task.begins(action);
                cutover.ifPresent(task::cutover);
            }
        }
        LOG.info("task {}: {} was asked for", task.identity().name(), action);
        try {
            threads.execute(() -> run(task, action, options, cutover));
            return cutover;
        } catch (RejectedExecutionException e) {
            task.ended(action);
            cutover.ifPresent(shown -> shown.refused("the process ends"));
            throw new RefusedException("the process ends; start it again");
        }
    }

    private static String refusal(Task task, TaskAction action) {
        String name = "task " + task.identity().name();
        if (task.doing().isPresent()) {
            return name + ": " + task.doing().get() + " is being done; ask again when that is over";
        }
        if ((action == TaskAction.VERIFY || action == TaskAction.CUTOVER)
                && task.verification().filter(TaskVerification::isRunning).isPresent()) {
            return name + ": a verification is running; wait for its report";
        }
        String possible = String.join(
                ", ",
                TaskAction.in(task.state()).stream().map(TaskAction::toString).toList());
        return name + ": " + action + " makes no sense while it is '" + task.state() + "'; possible now: "
                + (possible.isEmpty() ? "nothing" : possible);
    }

    private void run(Task task, TaskAction action, ActionOptions options, Optional<TaskCutover> cutover) {
        task.history()
                .add(
                        HistoryEvent.Kind.ACTION,
                        action + (action == TaskAction.VERIFY ? verifyText(task, options.repair()) : ""));
        try {
            switch (action) {
                case PAUSE -> suspend(task);
                case RESUME -> resume(task);
                case STOP -> stop(task);
                case START -> start(task);
                case PRECHECK -> precheck(task);
                case VERIFY -> verify(task, options.repair());
                case CUTOVER -> cutOver(task, options, cutover.orElseThrow());
            }
        } catch (Exception e) {
            failed(task, action, e);
        } finally {
            task.ended(action);
            task.observe();
        }
    }

    private static String verifyText(Task task, boolean repair) {
        return task.verification()
                        .map(verification -> " " + verification.settings().mode())
                        .orElse("")
                + (repair ? ", with repair" : "");
    }

    private static void failed(Task task, TaskAction action, Exception e) {
        LOG.warn("task {}: {} has failed", task.identity().name(), action, e);
        if (action == TaskAction.START) {
            task.startFailed(e);
        } else {
            task.history().add(HistoryEvent.Kind.PROBLEM, action + " has failed: " + Causes.text(e));
        }
    }

    /**
     * The consumer alone is suspended, and at once. To suspend the route Camel would wait for what is on its way, and stop the
     * consumer by force if a destination that is down does not let that end.
     */
    private static void suspend(Task task) {
        RedisReplicationConsumer consumer = running(task);
        ServiceHelper.suspendService(consumer);
    }

    private void resume(Task task) throws Exception {
        ServiceHelper.resumeService(running(task));
        context.getRouteController().resumeRoute(task.identity().route()); // somebody may have suspended it all
    }

    private static RedisReplicationConsumer running(Task task) {
        return task.runningConsumer().orElseThrow(() -> new IllegalStateException("the task does not run"));
    }

    private void stop(Task task) throws Exception {
        String route = task.identity().route();
        consumer(route).ifPresent(RedisReplicationConsumer::stopIsWanted);
        context.getRouteController().stopRoute(route);
    }

    private Optional<RedisReplicationConsumer> consumer(String route) {
        return context.getRoute(route).getConsumer() instanceof RedisReplicationConsumer consumer
                ? Optional.of(consumer)
                : Optional.empty();
    }

    private void start(Task task) throws Exception {
        RouteController controller = context.getRouteController();
        String route = task.identity().route();
        if (controller.getRouteStatus(route).isStarted()) { // with a shard that has failed
            controller.stopRoute(route);
        }
        consumer(route).ifPresent(RedisReplicationConsumer::startIsWanted);
        controller.startRoute(route);
    }

    private void precheck(Task task) throws IOException {
        task.precheckBegins();
        task.observe();
        try {
            task.precheckEnds(RoutePrecheck.of(context, task.route()));
        } catch (IOException | RuntimeException e) {
            task.startFailed(e);
            throw e;
        }
    }

    private void verify(Task task, boolean repair) {
        TaskVerification verification = task.verification().orElseThrow();
        try {
            VerifyReport report = RouteVerification.of(context, task.route())
                    .run(verification.settings(), repair, verification::begun);
            verification.ended(report);
            List<String> lines = report.text().lines().toList();
            task.history().add(HistoryEvent.Kind.VERIFICATION, lines.get(0));
        } catch (IOException | RuntimeException e) {
            String why = Causes.text(e);
            verification.failed(why);
            task.history().add(HistoryEvent.Kind.VERIFICATION, "has failed: " + why);
        }
    }

    /** The verification is one that a person could have asked for, and is shown as such. */
    private void cutOver(Task task, ActionOptions options, TaskCutover shown) {
        var verification = new TaskVerification(options.verify());
        try {
            String next = cutover(task, options, verification, shown).run(task.destinationNodes());
            task.observe(); // whoever learns that it is done finds the task stopped
            tell(task, next);
            shown.done(next);
        } catch (Exception e) {
            String why = Causes.text(e);
            tell(task, "refused: " + why + ". The task goes on");
            shown.refused(why);
        }
    }

    private Cutover cutover(Task task, ActionOptions options, TaskVerification verification, TaskCutover shown) {
        return new Cutover(
                running(task),
                task::problem,
                options.cutover(),
                () -> {
                    task.verification(verification);
                    verify(task, false);
                    return verification.report();
                },
                () -> {
                    stop(task);
                    return null;
                },
                step -> {
                    shown.step(step);
                    tell(task, step);
                });
    }

    private static void tell(Task task, String step) {
        LOG.info("task {}: cutover: {}", task.identity().name(), step);
        task.history().add(HistoryEvent.Kind.CUTOVER, step);
    }
}
