package io.caravan.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.servers.ServerProgram.Product;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ServerProgramTest {
    private static final Path ANYWHERE = Path.of("redis-server");

    @Test
    void versions_are_compared_as_numbers() {
        assertThat(ServerVersion.parse("6.2.10")).isGreaterThan(ServerVersion.parse("6.2.9"));
        assertThat(ServerVersion.parse("10.0")).isGreaterThan(ServerVersion.parse("9.9.9"));
        assertThat(ServerVersion.parse("7")).isEqualTo(ServerVersion.parse("7.0.0"));
        assertThat(ServerVersion.parse("8.0-rc1").atLeast("8.0")).isTrue();
    }

    @Test
    void what_is_no_version_is_refused() {
        assertThatThrownBy(() -> ServerVersion.parse("latest")).hasMessageStartingWith("'latest' is no version");
    }

    @Test
    void the_version_line_names_product_and_version() throws IOException {
        ServerProgram redis = InstalledPrograms.parse(
                "7.0.15", ANYWHERE, "Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64 build=e2\n");
        ServerProgram valkey =
                InstalledPrograms.parse("mine", ANYWHERE, "Valkey server v=8.0.1 sha=00000000:1 malloc=libc\n");

        assertThat(redis.product()).isEqualTo(Product.REDIS);
        assertThat(redis).hasToString("redis 7.0.15");
        assertThat(valkey.product()).isEqualTo(Product.VALKEY);
        assertThat(valkey).hasToString("valkey 8.0.1 (mine)");
    }

    @Test
    void a_program_that_is_no_server_is_refused_with_its_words() {
        assertThatThrownBy(() -> InstalledPrograms.parse("x", ANYWHERE, "libssl.so.3: cannot open\n"))
                .hasMessage("--version answers 'libssl.so.3: cannot open'");
    }

    @Test
    void an_upper_bound_of_two_numbers_holds_all_its_releases() {
        assertThat(EachServerExtension.isUpTo("6.2", ServerVersion.parse("6.2.7")))
                .isTrue();
        assertThat(EachServerExtension.isUpTo("6.2.6", ServerVersion.parse("6.2.7")))
                .isFalse();
        assertThat(EachServerExtension.isUpTo("6", ServerVersion.parse("6.2.7")))
                .isTrue();
        assertThat(EachServerExtension.isUpTo("6.2", ServerVersion.parse("7.0.0")))
                .isFalse();
    }
}
