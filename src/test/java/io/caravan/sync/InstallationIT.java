package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What {@code ./mvnw package} leaves for an operator: unpacked, configured, started by its script, stopped. */
class InstallationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void the_packaged_application_copies_and_stops_when_it_is_told_to() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("target/lib")), "not packaged: ./mvnw package first");
        try (RedisServer source = RedisServer.on(ServerProgram.newest())
                        .option("repl-diskless-sync-delay", "0")
                        .start();
                RedisServer destination = RedisServer.start(ServerProgram.newest());
                Installation installation = Installation.unpacked()) {
            source.command("SET", "key", "value");

            Process process = installation.start(
                    source.endpoint().toString(), destination.endpoint().toString(), "");
            try {
                Await.until("the key is copied", PATIENCE, () -> destination.number("EXISTS", "key") == 1);
                process.destroy();

                assertThat(process.onExit().get(60, TimeUnit.SECONDS).exitValue())
                        .as("128 + SIGTERM")
                        .isEqualTo(143);
                assertThat(installation.output()).content().contains("shutdown").doesNotContain(" ERROR ", " WARN ");
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
