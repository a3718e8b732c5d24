package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.servers.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may use the management port, and what is to be seen of secrets: nothing. */
class ManagementSecurityIT {

    private static final String TOKEN = "token-of-the-management-port-5e1f";
    private static final String SOURCE_SECRET = "secret-of-the-source-81c4";
    private static final String DESTINATION_SECRET = "secret-of-the-destination-a70b";
    private static final String[] EVERYTHING = {"allkeys", "allchannels", "+@all"};
    private static final List<String> PROTECTED = List.of(
            "/caravan/api/tasks",
            "/caravan/api/tasks/none",
            "/caravan/api/stream",
            "/caravan/api/anything",
            "/caravan/../observe/health",
            "/observe/health",
            "/observe/metrics",
            "/");

    private final ManagementClient management = new ManagementClient();
    private RedisServer source;
    private RedisServer destination;

    @BeforeEach
    void startServers() {
        source = RedisServer.on(Pair.older())
                .user("copier", SOURCE_SECRET, EVERYTHING)
                .start();
        destination = RedisServer.on(Pair.newer())
                .user("writer", DESTINATION_SECRET, EVERYTHING)
                .start();
    }

    @AfterEach
    void stopServers() {
        source.close();
        destination.close();
    }

    @Test
    void with_a_token_nothing_is_served_without_it() throws Exception {
        try (RunningTask running =
                task().with("caravan.management.token", TOKEN).start()) {
            running.awaitStreaming();
            for (String path : PROTECTED) {
                assertThat(management.get(path).statusCode()).as(path).isEqualTo(401);
            }
            assertThat(management.get("/caravan/api/session").body())
                    .isEqualTo("{\"authenticated\":false,\"tokenRequired\":true}");
            assertThat(management
                            .with("wrong" + TOKEN)
                            .get("/caravan/api/tasks")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(management.with(TOKEN).get("/caravan/api/tasks").statusCode())
                    .isEqualTo(200);
            assertThat(management.get("/observe/metrics").statusCode()).isEqualTo(200);
            assertThat(management.get("/caravan/api/session").body())
                    .isEqualTo("{\"authenticated\":true,\"tokenRequired\":true}");
        }
    }

    @Test
    void a_browser_shows_the_token_once() throws Exception {
        try (RunningTask running =
                task().with("caravan.management.token", TOKEN).start()) {
            running.awaitStreaming();
            assertThat(logIn("wrong" + TOKEN).statusCode()).isEqualTo(401);

            HttpResponse<String> accepted = logIn(TOKEN);

            assertThat(accepted.statusCode()).isEqualTo(200);
            String cookie = accepted.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie)
                    .containsIgnoringCase("HttpOnly")
                    .contains("SameSite=Strict")
                    .doesNotContain(TOKEN);
            String pair = cookie.substring(0, cookie.indexOf(';'));
            assertThat(management
                            .send(management
                                    .request("/caravan/api/tasks")
                                    .header("Cookie", pair)
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(management
                            .send(management
                                    .request("/caravan/api/tasks")
                                    .header("Cookie", pair.substring(0, pair.indexOf('=') + 1) + "0".repeat(64))
                                    .build())
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void an_action_that_another_site_could_send_is_refused() throws Exception {
        try (RunningTask running = task().start()) {
            running.awaitStreaming();
            management.awaitState("Synchronizing");
            String pause = "/caravan/api/tasks/" + management.task().get("id").asText() + "/pause";

            assertThat(management.send(post(pause).build()).statusCode())
                    .as("a form of another site")
                    .isEqualTo(403);
            assertThat(management
                            .send(post(pause).header("X-Caravan", "1").build())
                            .statusCode())
                    .as("no JSON")
                    .isEqualTo(415);
            HttpResponse<String> foreign = management.send(post(pause)
                    .header("X-Caravan", "1")
                    .header("Content-Type", "application/json")
                    .header("Origin", "http://example.org")
                    .build());
            assertThat(foreign.statusCode()).as("the page of another site").isEqualTo(403);
            assertThat(foreign.headers().map()).doesNotContainKey("access-control-allow-origin");
            assertThat(management.task().get("state").asText()).isEqualTo("Synchronizing");
            assertThat(management
                            .send(post(pause)
                                    .header("X-Caravan", "1")
                                    .header("Content-Type", "application/json")
                                    .header("Origin", "http://127.0.0.1:" + management.port())
                                    .build())
                            .statusCode())
                    .as("the page itself")
                    .isEqualTo(202);
        }
    }

    @Test
    void a_name_that_was_bent_to_this_machine_is_refused() throws Exception {
        try (RunningTask running = task().start()) {
            running.awaitStreaming();

            assertThat(statusFor("rebound.example.org:" + management.port())).contains(" 403 ");
            assertThat(statusFor("127.0.0.1.example.org")).contains(" 403 ");
            assertThat(statusFor("localhost:" + management.port())).contains(" 200 ");
            assertThat(statusFor("[::1]:" + management.port())).contains(" 200 ");
        }
    }

    @Test
    void what_makes_no_sense_is_refused_with_the_reason() throws Exception {
        try (RunningTask running = task().start()) {
            running.awaitStreaming();
            management.awaitState("Synchronizing");
            String task = "/caravan/api/tasks/" + management.task().get("id").asText();

            HttpResponse<String> resume = management.post(task + "/resume");

            assertThat(resume.statusCode()).isEqualTo(409);
            assertThat(ManagementClient.parse(resume.body()).get("error").asText())
                    .isEqualTo(
                            "task sync: resume makes no sense while it is 'Synchronizing'; possible now: pause, stop,"
                                    + " precheck, verify, cutover");
            assertThat(management.post(task + "/dance").statusCode()).isEqualTo(404);
            assertThat(management.post("/caravan/api/tasks/none/stop").statusCode())
                    .isEqualTo(404);
            assertThat(management.get("/caravan/api/tasks/none").statusCode()).isEqualTo(404);
            assertThat(management.post(task + "/verify?mode=ALL").statusCode()).isEqualTo(400);
            assertThat(management.post(task + "/verify?rate=-1").statusCode()).isEqualTo(400);
            assertThat(management.get(task + "/pause").statusCode()).isEqualTo(404);
            assertThat(management.get("/caravan").statusCode()).isEqualTo(302);
            assertThat(management.get("/caravan/").statusCode())
                    .as("there are two of them: no redirection to itself")
                    .isNotEqualTo(302);
            assertThat(management.get("/caravan/no-such-file.js").statusCode()).isEqualTo(404);
            assertThat(management.get("/caravan/%2e%2e/app/defaults.properties").statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void every_answer_tells_the_browser_what_it_may_do() throws Exception {
        try (RunningTask running = task().start()) {
            running.awaitStreaming();

            Map<String, List<String>> headers =
                    management.get("/caravan/api/tasks").headers().map();

            assertThat(headers)
                    .containsEntry("x-content-type-options", List.of("nosniff"))
                    .containsEntry("cache-control", List.of("no-store"));
            assertThat(headers.get("content-security-policy").get(0))
                    .contains("default-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
        }
    }

    @Test
    void a_port_for_everybody_does_not_start_unprotected() {
        Throwable failure = catchThrowable(
                () -> task().with("camel.management.host", "0.0.0.0").start().close());

        assertThat(failure).hasStackTraceContaining("nothing protects it: set caravan.management.token");
    }

    @Test
    void a_verification_and_a_precheck_are_done_on_demand() throws Exception {
        source.command("SET", "key", "value");
        try (RunningTask running = task().start()) {
            running.awaitStreaming().awaitApplied(List.of(source));
            management.awaitState("Synchronizing");

            management.act("verify?mode=FULL");
            management.act("precheck");

            JsonNode task = management.awaitTask(
                    "both have ended",
                    each -> each.get("doing").isNull()
                            && !each.get("verification").get("running").asBoolean());
            assertThat(task.get("verification").get("report").get("equal").asBoolean())
                    .isTrue();
            assertThat(task.get("precheckReport").get("task").asText()).isEqualTo("sync");
            assertThat(management.events("verification"))
                    .singleElement()
                    .satisfies(text -> assertThat(text).startsWith("equal: 1 keys compared"));
            assertThat(task.get("state").asText()).isEqualTo("Synchronizing");
        }
    }

    @Test
    void no_secret_is_to_be_seen_anywhere() throws Exception {
        try (CaravanProcess caravan = management
                        .managed(CaravanProcess.settings())
                        .with("precheck", "true")
                        .with("source", source.endpoint().toString())
                        .with("source.password", "copier:" + SOURCE_SECRET)
                        .with("destination", destination.endpoint().toString())
                        .with("destination.password", "writer:" + DESTINATION_SECRET)
                        .with("caravan.management.token", TOKEN)
                        .with("camel.main.jmx-enabled", "true")
                        .java("-Dcaravan.log.level=debug")
                        .start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            management.with(TOKEN).awaitState("Synchronizing");
            management.act("verify");
            String id = management.task().get("id").asText();
            String seen = String.join(
                    "\n",
                    management.get("/caravan/api/tasks").body(),
                    management.get("/caravan/api/tasks/" + id).body(),
                    management.stream("/caravan/api/stream?task=" + id, 1).toString(),
                    management.get("/caravan/").body(),
                    management.get("/observe/health").body(),
                    management.get("/observe/metrics").body(),
                    management.get("/observe/info").body(),
                    commands.run("status", "--json").output(),
                    commands.run("status").output(),
                    commands.run("precheck", "--json").output(),
                    commands.run("verify", "--json").output(),
                    commands.run("stop").output(),
                    caravan.state());
            management.awaitState("Stopped");
            caravan.terminate();

            assertThat(seen).contains("Synchronizing", "caravan_replication", "\"passed\"", "\"equal\"");
            assertThat(seen + caravan.output()).doesNotContain(SOURCE_SECRET, DESTINATION_SECRET, TOKEN);
        }
    }

    @Test
    void no_secret_is_to_be_seen_by_jmx() throws Exception {
        try (RunningTask running = task().with("camel.main.jmx-enabled", "true")
                .with("caravan.management.token", TOKEN)
                .start()) {
            running.awaitStreaming();

            String attributes = attributes();

            assertThat(attributes).contains("redis-replication", "LagBytes");
            assertThat(attributes).doesNotContain(SOURCE_SECRET, DESTINATION_SECRET, TOKEN);
        }
    }

    /** The value of every attribute of every bean of Camel. */
    private static String attributes() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        var all = new StringBuilder();
        for (ObjectName name : server.queryNames(new ObjectName("org.apache.camel:*"), null)) {
            all.append(name).append('\n');
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                if (attribute.isReadable()) {
                    all.append(attribute.getName())
                            .append(" = ")
                            .append(value(server, name, attribute))
                            .append('\n');
                }
            }
        }
        return all.toString();
    }

    private static String value(MBeanServer server, ObjectName name, MBeanAttributeInfo attribute) {
        try {
            return String.valueOf(server.getAttribute(name, attribute.getName()));
        } catch (JMException | RuntimeException e) {
            return e.toString();
        }
    }

    private RunningTask.Settings task() {
        return management
                .managed(RunningTask.between(
                        source.endpoint().toString(), destination.endpoint().toString()))
                .with("source.password", "copier:" + SOURCE_SECRET)
                .with("destination.password", "writer:" + DESTINATION_SECRET);
    }

    private HttpRequest.Builder post(String path) {
        return management.request(path).POST(HttpRequest.BodyPublishers.noBody());
    }

    private HttpResponse<String> logIn(String token) {
        return management.send(management
                .request("/caravan/api/login")
                .header("X-Caravan", "1")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + token + "\"}"))
                .build());
    }

    /** The first line of the answer to a request that names this host; Java's client lets nobody say that. */
    private String statusFor(String host) throws IOException {
        try (var socket = new Socket("127.0.0.1", management.port());
                Writer out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII);
                var in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            out.write("GET /caravan/api/tasks HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            out.flush();
            return in.readLine();
        }
    }
}
