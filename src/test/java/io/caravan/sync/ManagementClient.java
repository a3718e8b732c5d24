package io.caravan.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.servers.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** Asks the management API of a process on this machine. */
final class ManagementClient {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = freePort();
    private String token = "";

    int port() {
        return port;
    }

    /** Shows a token with every request from now on. */
    ManagementClient with(String newToken) {
        token = newToken;
        return this;
    }

    /** The settings of a task that is managed by this port. */
    RunningTask.Settings managed(RunningTask.Settings settings) {
        return settings.with("camel.management.enabled", "true").with("camel.management.port", Integer.toString(port));
    }

    /** The settings of a process that is managed by this port. */
    CaravanProcess.Settings managed(CaravanProcess.Settings settings) {
        return settings.with("camel.management.enabled", "true").with("camel.management.port", Integer.toString(port));
    }

    /** A request to a path, with the token. */
    HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> get(String path) {
        return send(request(path).build());
    }

    /** A request that changes something, as the page sends it. */
    HttpResponse<String> post(String path) {
        return send(request(path)
                .header("X-Caravan", "1")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    }

    JsonNode json(String path) {
        HttpResponse<String> response = get(path);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
        }
        return parse(response.body());
    }

    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    /** The tasks; none as long as nobody answers, or the process is starting. */
    List<JsonNode> tasks() {
        try {
            if (get("/caravan/api/tasks").statusCode() == 503) {
                return List.of();
            }
            return StreamSupport.stream(json("/caravan/api/tasks").get("tasks").spliterator(), false)
                    .toList();
        } catch (UncheckedIOException e) {
            return List.of();
        }
    }

    /** Waits until something is true of the tasks. */
    void awaitTasks(String what, Predicate<List<JsonNode>> condition) {
        Await.until(what, PATIENCE, this::tasks, condition);
    }

    /** The one task, with its events. */
    JsonNode task() {
        List<JsonNode> tasks = Await.until("a task is listed", PATIENCE, this::tasks, found -> !found.isEmpty());
        return json("/caravan/api/tasks/" + tasks.get(0).get("id").asText());
    }

    /** Does something to the one task, which must be accepted. */
    void act(String action) {
        HttpResponse<String> response =
                post("/caravan/api/tasks/" + task().get("id").asText() + "/" + action);
        if (response.statusCode() != 202) {
            throw new AssertionError(action + ": " + response.statusCode() + " " + response.body());
        }
    }

    /** Waits until the one task is in a state, and nothing is being done to it. */
    JsonNode awaitState(String state) {
        return awaitTask(
                "the task is '" + state + "'",
                task -> task.get("state").asText().equals(state)
                        && task.get("doing").isNull());
    }

    /** Waits until something is true of the one task. */
    JsonNode awaitTask(String what, Predicate<JsonNode> condition) {
        return Await.until(what, PATIENCE, this::task, condition);
    }

    /** The texts of the events of a kind, the oldest first. */
    List<String> events(String kind) {
        return StreamSupport.stream(task().get("events").spliterator(), false)
                .filter(event -> event.get("kind").asText().equals(kind))
                .map(event -> event.get("text").asText())
                .toList();
    }

    /** The data of so many server-sent events. */
    List<JsonNode> stream(String path, int count) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                http.send(request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
        List<JsonNode> events = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            while (events.size() < count) {
                String line = lines.readLine();
                if (line == null) {
                    throw new AssertionError("the stream has ended after " + events);
                }
                if (line.startsWith("data: ")) {
                    events.add(parse(line.substring("data: ".length())));
                }
            }
        }
        return events;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
