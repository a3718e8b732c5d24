package io.caravan.control;

import io.caravan.verify.VerifySettings;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.util.json.Jsoner;
import org.jspecify.annotations.Nullable;

/**
 * The tasks by HTTP, on Camel's management server: {@code /caravan/api/…} for programs, {@code /caravan/} for the page. What
 * may be asked is in {@code docs/tasks.md}; who may is decided by {@link Admission} before.
 *
 * <p>Answers that need a task are made on Vert.x's worker threads, the others on its event loops.
 */
final class ManagementApi {

    static final String ROOT = "/caravan/";
    static final String API = ROOT + "api/";

    private static final int LARGEST_BODY = 4096;
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final Tasks tasks;
    private final Admission admission;

    private ManagementApi(Tasks tasks, Admission admission) {
        this.tasks = tasks;
        this.admission = admission;
    }

    /** Adds what may be asked to a server. */
    static void serve(Router router, Tasks tasks, Admission admission) {
        var api = new ManagementApi(tasks, admission);
        BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);
        router.get(API + "tasks").blockingHandler(api::list, false);
        router.get(API + "tasks/:id").blockingHandler(api::one, false);
        router.get(API + "stream").handler(new TaskStream(tasks)::open);
        router.post(API + "tasks/:id/limits").handler(body).blockingHandler(api::limit, false);
        router.post(API + "tasks/:id/:action").handler(body).blockingHandler(api::act, false);
        router.get(API + "session").handler(api::session);
        router.post(API + "login").handler(body).handler(api::logIn);
        router.route(API + "*").handler(ManagementApi::notFound);
        router.get("/caravan*").blockingHandler(new PageFiles()::send, false);
    }

    private void list(RoutingContext request) {
        answer(request, OK, tasks.fields());
    }

    private void one(RoutingContext request) {
        Optional<Map<String, Object>> found = tasks.details(request.pathParam("id"));
        if (found.isPresent()) {
            answer(request, OK, found.get());
        } else {
            noTask(request);
        }
    }

    private void act(RoutingContext request) {
        Optional<Task> task = tasks.task(request.pathParam("id"));
        Optional<TaskAction> action = TaskAction.of(request.pathParam("action"));
        if (task.isEmpty()) {
            noTask(request);
        } else if (action.isEmpty()) {
            refuse(
                    request,
                    NOT_FOUND,
                    "there is no action of this name; there are "
                            + List.of(TaskAction.values()).toString());
        } else {
            act(request, task.get(), action.get());
        }
    }

    private void limit(RoutingContext request) {
        Optional<Task> task = tasks.task(request.pathParam("id"));
        if (task.isEmpty()) {
            noTask(request);
            return;
        }
        try {
            task.get().limit(request.request()::getParam);
            answer(request, ACCEPTED, Map.of("state", task.get().state().toString()));
        } catch (RefusedException e) {
            refuse(request, CONFLICT, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            refuse(request, BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private void act(RoutingContext request, Task task, TaskAction action) {
        try {
            Optional<TaskCutover> cutover = tasks.begin(task, action, options(request));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("state", task.state().toString());
            cutover.ifPresent(begun -> fields.put("cutover", begun.id()));
            answer(request, ACCEPTED, fields);
        } catch (RefusedException e) {
            refuse(request, CONFLICT, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            refuse(request, BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static ActionOptions options(RoutingContext request) {
        boolean repair = Boolean.parseBoolean(request.request().getParam("repair", "false"));
        return new ActionOptions(verification(request), repair, cutover(request));
    }

    private static Cutover.Settings cutover(RoutingContext request) {
        boolean verify = Boolean.parseBoolean(request.request().getParam("verify", "true"));
        return new Cutover.Settings(
                seconds(request, "pauseWrites", 0),
                verify,
                seconds(request, "quiet", 3),
                seconds(request, "patience", 60));
    }

    private static Duration seconds(RoutingContext request, String name, int otherwise) {
        String given = request.request().getParam(name, Integer.toString(otherwise));
        if (!given.matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException(name + " is no number of seconds");
        }
        return Duration.ofSeconds(Long.parseLong(given));
    }

    private static VerifySettings verification(RoutingContext request) {
        String mode =
                request.request().getParam("mode", VerifySettings.FULL.mode().name());
        String rate = request.request().getParam("rate", "0");
        if (!List.of("FULL", "COUNT", "SAMPLE").contains(mode)) {
            throw new IllegalArgumentException("mode is none of FULL, COUNT, SAMPLE");
        }
        if (!rate.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("rate is no number of keys a second; 0 is as many as both sides give");
        }
        String sample = request.request().getParam("sample", "10000");
        if (!sample.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException("sample is no number of keys");
        }
        List<byte[]> keys = request.queryParam("key").stream()
                .map(key -> key.getBytes(StandardCharsets.UTF_8))
                .toList();
        return new VerifySettings(
                keys.isEmpty() ? VerifySettings.Mode.valueOf(mode) : VerifySettings.Mode.KEYS,
                Long.parseLong(sample),
                keys,
                Long.parseLong(rate),
                VerifySettings.FULL.expiryTolerance(),
                VerifySettings.FULL.patience());
    }

    private void session(RoutingContext request) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("authenticated", admission.isAdmitted(request));
        fields.put("tokenRequired", admission.wantsToken());
        answer(request, OK, fields);
    }

    private void logIn(RoutingContext request) {
        admission.logIn(request, tokenIn(request));
    }

    /** {@code {"token":"…"}}; empty if it is anything else. */
    private static String tokenIn(RoutingContext request) {
        try {
            @Nullable JsonObject body = request.body().asJsonObject();
            return body != null && body.getValue("token") instanceof String token ? token : "";
        } catch (DecodeException | ClassCastException e) {
            return "";
        }
    }

    private static void noTask(RoutingContext request) {
        refuse(request, NOT_FOUND, "there is no task with this id; GET " + API + "tasks lists them");
    }

    private static void notFound(RoutingContext request) {
        refuse(request, NOT_FOUND, "there is nothing at this path, or not with this method; see docs/tasks.md");
    }

    /** Answers that something is not done: {@code {"error":"…"}}. */
    static void refuse(RoutingContext request, int status, String error) {
        answer(request, status, Map.of("error", error));
    }

    static void answer(RoutingContext request, int status, Map<String, Object> fields) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json; charset=utf-8")
                .end(Jsoner.serialize(fields));
    }
}
