package io.caravan.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.util.json.DeserializationException;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import org.jspecify.annotations.Nullable;

/** The management API of the process that runs the tasks of this installation. Used by the thread of a command, which it lets wait. */
final class ManagementPort {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String TASKS = "/caravan/api/tasks";
    private static final int UNAUTHORIZED = 401;
    private static final int FIRST_ERROR = 400;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final String url;
    private final String token;

    private ManagementPort(String url, String token) {
        this.url = url;
        this.token = token;
    }

    /**
     * By what {@code config/} says, read as the process itself reads it.
     *
     * @param url where it is instead; empty for where {@code config/} says
     */
    static ManagementPort configured(String url) throws Exception {
        Main main = Caravan.applicationAtRest();
        main.addOverrideProperty("camel.main.routes-collector-enabled", "false");
        try {
            main.init();
            CamelContext context = main.getCamelContext();
            String token = context.resolvePropertyPlaceholders("{{caravan.management.token:}}");
            return new ManagementPort(url.isEmpty() ? url(context) : url.replaceFirst("/+$", ""), token);
        } finally {
            main.stop();
        }
    }

    private static String url(CamelContext context) throws UnknownHostException {
        String host = context.resolvePropertyPlaceholders("{{camel.management.host}}");
        String port = context.resolvePropertyPlaceholders("{{camel.management.port}}");
        InetAddress address = InetAddress.getByName(host);
        String reached = address.isAnyLocalAddress() ? "127.0.0.1" : host;
        return "http://" + (reached.contains(":") && !reached.startsWith("[") ? "[" + reached + "]" : reached) + ":"
                + port;
    }

    /** All tasks, as the API shows them in a list. */
    JsonObject tasks() throws CommandFailure {
        return ask(TASKS, false);
    }

    /** One task, as the API shows it alone. */
    JsonObject task(String id) throws CommandFailure {
        return ask(TASKS + "/" + id, false);
    }

    /** Does something to a task; returns when it has begun. */
    void act(String id, String action) throws CommandFailure {
        ask(TASKS + "/" + id + "/" + action, true);
    }

    /**
     * The task that a person means.
     *
     * @param meant its id, or its name if no other has it; empty for the only one
     * @throws CommandFailure if there is none, or several
     */
    JsonObject find(@Nullable String meant) throws CommandFailure {
        List<JsonObject> all = list(tasks());
        List<JsonObject> found = new ArrayList<>();
        for (JsonObject task : all) {
            if (meant == null || meant.equals(task.getString("id")) || meant.equals(task.getString("name"))) {
                found.add(task);
            }
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        String which = all.isEmpty()
                ? "there is none"
                : "there are: "
                        + String.join(
                                ", ",
                                all.stream()
                                        .map(task -> task.getString("name") + " (" + task.getString("id") + ")")
                                        .toList());
        throw new CommandFailure(
                ExitCode.USAGE,
                (meant == null
                                ? "Which task? "
                                : found.isEmpty()
                                        ? "No task has the id or name '" + meant + "'; "
                                        : "Several tasks have the name '" + meant + "', give the id; ")
                        + which);
    }

    /** The tasks in an answer. */
    static List<JsonObject> list(JsonObject answer) {
        List<JsonObject> tasks = new ArrayList<>();
        if (answer.get("tasks") instanceof Collection<?> listed) {
            listed.forEach(task -> tasks.add((JsonObject) task));
        }
        return tasks;
    }

    private JsonObject ask(String path, boolean change) throws CommandFailure {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (change) {
            request.header("X-Caravan", "1")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.noBody());
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            JsonObject body = parse(response.body());
            if (response.statusCode() >= FIRST_ERROR) {
                String why = body.getStringOrDefault("error", "it answers " + response.statusCode());
                throw new CommandFailure(
                        ExitCode.REFUSED,
                        response.statusCode() == UNAUTHORIZED
                                ? "The process at " + url + " wants a token: set caravan.management.token as it has it"
                                : why);
            }
            return body;
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.NOT_RUNNING,
                    "No process answers at " + url + " (" + reason(e) + "); start it with bin/caravan, or see what"
                            + " camel.management.port says");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.NOT_RUNNING, "Interrupted");
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private JsonObject parse(String body) throws CommandFailure {
        try {
            if (Jsoner.deserialize(body) instanceof JsonObject json) {
                return json;
            }
        } catch (DeserializationException e) {
            // told below: whoever that is, it is not ours
        }
        throw new CommandFailure(ExitCode.NOT_RUNNING, "What answers at " + url + " is no Caravan");
    }
}
