package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line and a management port with Camel's own basic authentication, by TLS, with a self-signed certificate. */
class ManagementTlsIT {

    private static final String PASSWORD = "secret-of-the-operator-3c90";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ManagementClient management = new ManagementClient();

    @TempDir
    Path folder;

    @Test
    void commands_show_user_and_password_to_the_process_whose_certificate_they_know() throws Exception {
        Path keys = makeKeyStore("keys.p12");
        Files.writeString(folder.resolve("users.properties"), "user.operator = " + PASSWORD + ",admin\n");
        try (RedisServer source = RedisServer.on(Pair.older()).start();
                RedisServer destination = RedisServer.on(Pair.newer()).start();
                CaravanProcess caravan = management
                        .managed(CaravanProcess.settings())
                        .with("source", source.endpoint().toString())
                        .with("destination", destination.endpoint().toString())
                        .with("camel.management.useGlobalSslContextParameters", "true")
                        .with("camel.management.authenticationEnabled", "true")
                        .with("camel.management.authenticationPath", "/*")
                        .with(
                                "camel.management.basicPropertiesFile",
                                folder.resolve("users.properties").toString())
                        .with("camel.ssl.enabled", "true")
                        .with("camel.ssl.keyStore", "file:" + keys)
                        .with("camel.ssl.keystorePassword", "caravan")
                        .start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            caravan.awaitOutput("streaming from");
            var refused = Await.until(
                    "the port is open",
                    PATIENCE,
                    () -> commands.run("status"),
                    ended -> !ended.output().contains("No process answers"));
            assertThat(refused.output())
                    .contains("does not know who asks", "caravan.management.user and caravan.management.password");
            assertThat(refused.exitCode()).isEqualTo(7);

            set(caravan, "caravan.management.user = operator", "caravan.management.password = " + PASSWORD);
            assertThat(commands.run("status").output()).contains("sync: Synchronizing");
            var paused = commands.run("pause");
            assertThat(paused.output()).contains("Paused");
            assertThat(paused.exitCode()).isZero();
            assertThat(commands.run("resume").output()).contains("Synchronizing");
            source.command("SET", "key", "value");
            assertThat(commands.run("verify", "--repair").output()).contains("task sync: equal: 1 keys compared");

            set(caravan, "camel.ssl.keyStore = file:" + makeKeyStore("another.p12"));
            var stranger = commands.run("status");
            assertThat(stranger.output()).contains("TLS with the process at https://127.0.0.1:", "camel.ssl.keyStore");
            assertThat(stranger.output()).doesNotContain(PASSWORD);
            assertThat(stranger.exitCode()).isEqualTo(6);
            assertThat(caravan.output()).doesNotContain(PASSWORD);
        }
    }

    /** In the settings that commands read; the process has read them already. */
    private static void set(CaravanProcess caravan, String... lines) throws IOException {
        Files.write(
                caravan.folder().resolve("config/application.properties"), List.of(lines), StandardOpenOption.APPEND);
    }

    /** With a certificate in the name of nobody here. */
    private Path makeKeyStore(String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name);
        int status = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "management",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=management.invalid",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "caravan")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(status).as("keytool").isZero();
        return file;
    }
}
