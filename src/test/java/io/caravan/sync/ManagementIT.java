package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the management port says of a task: health and meters. */
class ManagementIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = freePort();

    @Test
    void a_running_task_is_up_and_its_meters_are_there() throws Exception {
        try (Pair pair = Pair.clusters();
                CaravanProcess caravan = managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            caravan.awaitOutput("management port: http://127.0.0.1:" + port + "/caravan/");
            assertThat(caravan.output()).doesNotContain("0.0.0.0");

            HttpResponse<String> health = get("/observe/health");
            String metrics = get("/observe/metrics").body();

            assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
            assertThat(health.body())
                    .contains("\"name\":\"tasks\",\"status\":\"UP\"", "\"name\":\"consumer:sync\",\"status\":\"UP\"")
                    .contains("producer:redis-cluster-");
            assertThat(meters(metrics))
                    .as("as docs/metrics.md says; refusals have their meters when there are any")
                    .containsExactlyInAnyOrderElementsOf(documentedMeters());
        }
    }

    @Test
    void a_lost_source_is_down_until_it_is_back() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan = managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            RedisServer source = pair.sourceMasters.get(0);

            source.kill();
            Await.until(
                    "health says why",
                    PATIENCE,
                    () -> get("/observe/health").body(),
                    body -> body.contains("cannot be reached"));
            assertThat(get("/observe/health").statusCode()).isEqualTo(503);
            assertThat(get("/observe/health/live").statusCode())
                    .as("nobody is to start the process again for that")
                    .isEqualTo(200);

            source.restart();
            Await.until("health is UP", PATIENCE, () -> get("/observe/health").statusCode(), code -> code == 200);
        }
    }

    @Test
    void a_reload_of_a_broken_file_is_down_although_camel_sees_no_route() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan = managed(CaravanProcess.between(pair))
                        .with("camel.main.routes-reload-enabled", "true")
                        .with("camel.main.routes-reload-directory", "routes")
                        .with("camel.main.routes-reload-pattern", "*.yaml")
                        .start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            assertThat(get("/observe/health").statusCode()).isEqualTo(200);

            Path route = caravan.folder().resolve("routes/sync.camel.yaml");
            String working = Files.readString(route);
            Files.writeString(route, working.replace("ref: listDeduplication", "ref: nothing"));

            Await.until(
                    "health names the task",
                    PATIENCE,
                    () -> get("/observe/health").body(),
                    body -> body.contains("not running: sync"));
            assertThat(get("/observe/health").statusCode()).isEqualTo(503);
        }
    }

    /** The names of our meters in a scrape, without the ending that tells the type. */
    private static Set<String> meters(String metrics) {
        return Pattern.compile("^# HELP (caravan_\\w+)", Pattern.MULTILINE)
                .matcher(metrics)
                .results()
                .map(match -> match.group(1).replaceFirst("(_bytes)?_total$|_seconds(_max)?$|_max$", ""))
                .map(name -> name.replaceFirst("_bytes$|_state$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> documentedMeters() throws IOException {
        return Pattern.compile("^\\| `(caravan\\.[a-z.]+)`", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("docs/metrics.md")))
                .results()
                .map(match -> match.group(1).replace('.', '_'))
                .filter(name -> !name.equals("caravan_destination_refused"))
                .map(name -> name.replaceFirst("_bytes$|_state$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private CaravanProcess.Settings managed(CaravanProcess.Settings settings) {
        return settings.with("camel.management.enabled", "true").with("camel.management.port", Integer.toString(port));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
