package io.caravan.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLException;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.util.json.DeserializationException;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import org.jspecify.annotations.Nullable;

/** The management API of the process that runs the tasks of this installation. Used by the thread of a command, which it lets wait. */
final class ManagementPort {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String TASKS = "/caravan/api/tasks";
    private static final String USER = "caravan.management.user";
    private static final String PASSWORD = "caravan.management.password";
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FIRST_ERROR = 400;

    private final HttpClient http;
    private final String url;
    private final String authorization;

    private ManagementPort(HttpClient http, String url, String authorization) {
        this.http = http;
        this.url = url;
        this.authorization = authorization;
    }

    /**
     * By what {@code config/} says, read as the process itself reads it.
     *
     * @param url where it is instead; empty for where {@code config/} says
     * @throws CommandFailure if that is no URL
     */
    static ManagementPort configured(String url) throws Exception {
        if (!url.isEmpty() && !isUrl(url)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--url='" + url
                            + "' does not say where a process is; write it as http://127.0.0.1:8876, or https://… where the"
                            + " port has TLS");
        }
        Main main = Caravan.applicationAtRest();
        main.addOverrideProperty("camel.main.routes-collector-enabled", "false");
        try {
            main.init();
            CamelContext context = main.getCamelContext();
            HttpClient.Builder http = HttpClient.newBuilder().connectTimeout(PATIENCE);
            SSLContextParameters tls = context.getSSLContextParameters();
            if (tls != null) {
                http.sslContext(ManagementTrust.of(tls));
            }
            return new ManagementPort(
                    http.build(), url.isEmpty() ? url(context) : url.replaceFirst("/+$", ""), authorization(context));
        } finally {
            main.stop();
        }
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return uri.getHost() != null && List.of("http", "https").contains(uri.getScheme());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** The header that opens the port; empty if nothing is configured. */
    private static String authorization(CamelContext context) {
        String token = context.resolvePropertyPlaceholders("{{caravan.management.token:}}");
        if (!token.isEmpty()) {
            return "Bearer " + token;
        }
        String user = context.resolvePropertyPlaceholders("{{" + USER + ":}}");
        String password = context.resolvePropertyPlaceholders("{{" + PASSWORD + ":}}");
        return user.isEmpty()
                ? ""
                : "Basic "
                        + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static String url(CamelContext context) throws UnknownHostException {
        String host = context.resolvePropertyPlaceholders("{{camel.management.host}}");
        String port = context.resolvePropertyPlaceholders("{{camel.management.port}}");
        InetAddress address = InetAddress.getByName(host);
        String reached = address.isAnyLocalAddress() ? "127.0.0.1" : host;
        boolean tls = Boolean.parseBoolean(
                context.resolvePropertyPlaceholders("{{camel.management.useGlobalSslContextParameters:false}}"));
        return (tls ? "https://" : "http://")
                + (reached.contains(":") && !reached.startsWith("[") ? "[" + reached + "]" : reached) + ":" + port;
    }

    /** All tasks, as the API shows them in a list. */
    JsonObject tasks() throws CommandFailure {
        return ask(TASKS, false);
    }

    /** One task, as the API shows it alone. */
    JsonObject task(String id) throws CommandFailure {
        return ask(TASKS + "/" + id, false);
    }

    /** Does something to a task; returns when it has begun, what the process says of that. */
    JsonObject act(String id, String action) throws CommandFailure {
        return ask(TASKS + "/" + id + "/" + action, true);
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
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        if (change) {
            request.header("X-Caravan", "1")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.noBody());
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == UNAUTHORIZED) { // with a body of Vert.x's, if its own authentication says so
                throw new CommandFailure(
                        ExitCode.REFUSED,
                        "The process at " + url
                                + " does not know who asks: set caravan.management.token as it has it, or, with"
                                + " basic authentication, " + USER + " and " + PASSWORD);
            }
            JsonObject body = parse(response.body());
            if (response.statusCode() >= FIRST_ERROR) {
                throw new CommandFailure(
                        response.statusCode() == BAD_REQUEST ? ExitCode.USAGE : ExitCode.REFUSED,
                        body.getStringOrDefault("error", "it answers " + response.statusCode()));
            }
            return body;
        } catch (SSLException e) {
            throw new CommandFailure(
                    ExitCode.NOT_RUNNING,
                    "TLS with the process at " + url + " failed (" + reason(e)
                            + "); see that camel.ssl.keyStore is the one of that"
                            + " process, or camel.ssl.trustStore knows its certificate");
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
