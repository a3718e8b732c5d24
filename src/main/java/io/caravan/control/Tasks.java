package io.caravan.control;

import io.caravan.camel.TaskEvent;
import io.caravan.camel.TaskRoute;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.StaticService;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of an application: every route that begins with {@code redis-replication:}, started or not.
 *
 * <p>Started before the routes are, so that a start is seen. A thread of its own looks after them once a second; starts say
 * what they do on their own threads. What is asked here does not wait for a task, but may wait for the disk.
 */
public final class Tasks extends ServiceSupport implements StaticService {

    /** The setting that names the folder of ids and histories; empty to keep none. */
    public static final String STATE_DIRECTORY = "caravan.state.directory";

    private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);
    private static final long INTERVAL_MILLIS = 1000;

    private final CamelContext context;
    private final Listener listener = new Listener();
    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final String version = Optional.ofNullable(Tasks.class.getPackage().getImplementationVersion())
            .orElse("development");
    private StateFolder folder = StateFolder.NONE;
    private boolean applicationStarted;
    private @Nullable ScheduledExecutorService clock;
    private @Nullable ExecutorService threads;
    private volatile @Nullable TaskActions actions;

    /** Those of a context, with {@value #STATE_DIRECTORY} as its properties say. */
    public Tasks(CamelContext context) {
        this.context = context;
    }

    @Override
    protected void doStart() throws Exception {
        folder = StateFolder.of(context.resolvePropertyPlaceholders("{{" + STATE_DIRECTORY + ":}}"));
        ExecutorServiceManager manager = context.getExecutorServiceManager();
        ScheduledExecutorService ticking = manager.newSingleThreadScheduledExecutor(this, "CaravanTasks");
        ExecutorService acting = manager.newCachedThreadPool(this, "CaravanAction");
        clock = ticking;
        threads = acting;
        actions = new TaskActions(context, acting);
        ServiceHelper.startService(listener);
        context.getManagementStrategy().addEventNotifier(listener);
        ticking.scheduleWithFixedDelay(this::lookAfter, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        context.getManagementStrategy().removeEventNotifier(listener);
        ExecutorServiceManager manager = context.getExecutorServiceManager();
        if (clock != null) {
            manager.shutdownNow(clock);
        }
        all().forEach(task -> {
            task.verification().ifPresent(TaskVerification::stop);
            task.observe();
        });
        if (threads != null) {
            manager.shutdownNow(threads);
        }
    }

    /** What the application says of itself, and of each task. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", version);
        fields.put("time", Times.text(Instant.now()));
        fields.put("tasks", all().stream().map(Task::fields).toList());
        return fields;
    }

    /** What is known of one task; empty if there is none with this id. */
    Optional<Map<String, Object>> details(String id) {
        return task(id).map(Task::details);
    }

    Optional<Task> task(String id) {
        return all().stream().filter(task -> task.identity().id().equals(id)).findFirst();
    }

    /**
     * Begins what somebody has asked for.
     *
     * @throws RefusedException if that cannot be done now
     */
    Optional<TaskCutover> begin(Task task, TaskAction action, ActionOptions options) throws RefusedException {
        TaskActions ready = actions;
        if (ready == null) {
            throw new RefusedException("the process is starting; ask again");
        }
        return ready.begin(task, action, options);
    }

    private List<Task> all() {
        synchronized (tasks) {
            return new ArrayList<>(tasks.values());
        }
    }

    private void lookAfter() {
        try {
            find();
            for (Task task : all()) {
                task.sample();
                if (task.isRetriedInVain()) {
                    context.getRouteController().stopRoute(task.identity().route());
                }
            }
        } catch (Exception e) {
            LOG.warn("the state of a task could not be found out; tried again in a second", e);
        }
    }

    /** Finds tasks that were not there before; those that are gone remain, as something that a person should know of. */
    private void find() {
        for (TaskRoute route : TaskRoute.in(context)) {
            String id = context.resolvePropertyPlaceholders(route.id());
            synchronized (tasks) {
                tasks.computeIfAbsent(id, each -> found(route, each));
            }
        }
    }

    private Task found(TaskRoute route, String id) {
        var task = new Task(context, route, folder.historyOf(id, route.task(context)));
        task.history()
                .add(
                        HistoryEvent.Kind.STARTED,
                        "process " + ProcessHandle.current().pid() + " has started, Caravan " + version);
        if (applicationStarted) {
            task.applicationStarted();
        }
        TaskMeters.bind(context, task);
        return task;
    }

    /** What Camel and the consumers say, on their threads. Exchanges are none of its business. */
    private final class Listener extends EventNotifierSupport {

        private Listener() {
            setIgnoreExchangeEvents(true);
            setIgnoreServiceEvents(true);
            setIgnoreStepEvents(true);
        }

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof TaskEvent task) {
                find();
                all().stream()
                        .filter(each -> each.identity().route().equals(task.getSource()))
                        .forEach(each -> each.on(task));
            } else if (event instanceof CamelEvent.CamelContextStartedEvent) {
                synchronized (tasks) {
                    applicationStarted = true;
                }
                all().forEach(Task::applicationStarted);
            } else if (event instanceof CamelEvent.CamelContextStoppingEvent) {
                all().forEach(Task::applicationStops);
            }
        }
    }
}
