package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Comparison;
import io.caravan.servers.Dataset;
import io.caravan.servers.Deployment;
import io.caravan.servers.Endpoint;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** The main test between containers of several versions, for those who have Docker; skipped without. */
@Testcontainers(disabledWithoutDocker = true)
class ContainersIT {

    private static final int REDIS_PORT = 6379;

    @ParameterizedTest
    @DisplayName("a standard server is copied to one of another version")
    @CsvSource({
        "redis:4.0, redis:5.0, 4.0",
        "redis:5.0, redis:7.2, 5.0",
        "redis:6.2, redis:8.0, 6.2",
        "redis:7.2, valkey/valkey:8.1, 7.2",
        "valkey/valkey:8.1, valkey/valkey:9.0, 7.2",
    })
    void a_standard_server_is_copied(String from, String to, String version) throws Exception {
        try (GenericContainer<?> source = server(from);
                GenericContainer<?> destination = server(to)) {
            source.start();
            destination.start();
            Deployment written = Deployment.server(endpoint(source));
            Deployment copy = Deployment.server(endpoint(destination));
            Dataset.everyType(41, 500).fitting(version).writeTo(written);

            LoadReport report;
            try (Load load = Load.on(written).seed(42).perSecond(1000).start();
                    RunningTask task = RunningTask.between(address(source), address(destination))
                            .start()) {
                task.awaitStreaming();
                report = load.stop();
                task.awaitLagZero();
            }

            assertThat(report.violationsAt(copy)).isEmpty();
            assertThat(Comparison.of(written, copy).run().isEqual()).isTrue();
        }
    }

    private static GenericContainer<?> server(String image) {
        return new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(REDIS_PORT);
    }

    private static Endpoint endpoint(GenericContainer<?> container) {
        return Endpoint.of(container.getHost(), container.getMappedPort(REDIS_PORT));
    }

    private static String address(GenericContainer<?> container) {
        return container.getHost() + ":" + container.getMappedPort(REDIS_PORT);
    }
}
