package io.caravan.control;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.util.json.Jsoner;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events: the tasks, or one of them, at once and then every second, for as long as the other side listens. Who reads
 * too slowly misses some. On Vert.x's event loops; what is sent is made on its worker threads.
 */
final class TaskStream {

    private static final long INTERVAL_MILLIS = TimeUnit.SECONDS.toMillis(1);
    private static final int KEEP_ALIVE_EVERY = 15;
    private static final int MOST = 100;
    private static final int UNAVAILABLE = 503;
    private static final int NOT_FOUND = 404;

    private final Tasks tasks;
    private final AtomicInteger open = new AtomicInteger();

    TaskStream(Tasks tasks) {
        this.tasks = tasks;
    }

    /** Answers a request with a stream that ends with its connection. */
    void open(RoutingContext request) {
        String id = request.request().getParam("task");
        if (id != null && tasks.task(id).isEmpty()) {
            ManagementApi.refuse(request, NOT_FOUND, "there is no task with this id");
            return;
        }
        if (open.incrementAndGet() > MOST) {
            open.decrementAndGet();
            ManagementApi.refuse(request, UNAVAILABLE, "there are " + MOST + " streams already; close some");
            return;
        }
        HttpServerResponse response = request.response();
        response.setChunked(true).putHeader("Content-Type", "text/event-stream; charset=utf-8");
        var listener = new Listener(request, id);
        listener.send();
        long timer = request.vertx().setPeriodic(INTERVAL_MILLIS, each -> listener.send());
        response.exceptionHandler(failure -> {}); // the connection is gone, and closed below
        response.closeHandler(closed -> {
            request.vertx().cancelTimer(timer);
            open.decrementAndGet();
        });
    }

    /** One who listens. */
    private final class Listener {

        private final RoutingContext request;
        private final @Nullable String id;
        private boolean making;
        private int sent;

        private Listener(RoutingContext request, @Nullable String id) {
            this.request = request;
            this.id = id;
        }

        private void send() {
            HttpServerResponse response = request.response();
            if (making || response.closed() || response.writeQueueFull()) {
                return;
            }
            making = true;
            request.vertx().executeBlocking(this::event, false).onComplete(made -> {
                making = false;
                if (!response.closed() && made.succeeded()) {
                    response.write((sent++ % KEEP_ALIVE_EVERY == 0 ? ": keep-alive\n" : "") + made.result());
                }
            });
        }

        private String event() {
            Optional<Map<String, Object>> data = id == null ? Optional.of(tasks.fields()) : tasks.details(id);
            return data.map(fields -> "event: tasks\ndata: " + Jsoner.serialize(fields) + "\n\n")
                    .orElse("");
        }
    }
}
