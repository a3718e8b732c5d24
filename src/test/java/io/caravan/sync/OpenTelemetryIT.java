package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Spans by Camel's own component, received as a collector would receive them. */
class OpenTelemetryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String SECRET = "secret-of-the-source-66d1";

    /** Bodies of {@code POST /v1/traces}: the words in protobuf are plain bytes. */
    private final Queue<String> received = new ConcurrentLinkedQueue<>();

    @Test
    void a_batch_is_a_trace_that_a_collector_receives() throws Exception {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try (RedisServer source = RedisServer.on(Pair.older())
                        .user("copier", SECRET, "allkeys", "allchannels", "+@all")
                        .start();
                RedisServer destination = RedisServer.on(Pair.newer()).start();
                CaravanProcess caravan = CaravanProcess.settings()
                        .with("source", source.endpoint().toString())
                        .with("source.password", "copier:" + SECRET)
                        .with("destination", destination.endpoint().toString())
                        .with("camel.opentelemetry2.enabled", "true")
                        .java("-Dotel.java.global-autoconfigure.enabled=true")
                        .java("-Dotel.service.name=caravan")
                        .java("-Dotel.exporter.otlp.protocol=http/protobuf")
                        .java("-Dotel.exporter.otlp.endpoint=http://127.0.0.1:"
                                + collector.getAddress().getPort())
                        .java("-Dotel.metrics.exporter=none")
                        .java("-Dotel.logs.exporter=none")
                        .start()) {
            caravan.awaitOutput("streaming from");
            source.command("SET", "key", "value");
            Await.until(
                    "spans of the batch arrive; the process said: " + caravan.output(),
                    PATIENCE,
                    () -> String.join("\n", received),
                    text -> text.contains("redis-replication") && text.contains("redis-cluster"));

            assertThat(String.join("\n", received))
                    .contains("service.name", "caravan")
                    .doesNotContain(SECRET);
            assertThat(caravan.terminate()).isEqualTo(143);
        } finally {
            collector.stop(0);
        }
    }
}
