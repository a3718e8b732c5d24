package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerVersionTest {

    @ParameterizedTest
    @CsvSource({
        "4.0.14, 4, 0, 14",
        "7.0, 7, 0, 0",
        "' 8.0.2 ', 8, 0, 2",
        "7.4.0-rc1, 7, 4, 0",
        "255.255.255, 255, 255, 255",
    })
    void a_version_is_three_numbers(String text, int major, int minor, int patch) {
        assertThat(ServerVersion.parse("redis", text)).isEqualTo(new ServerVersion("redis", major, minor, patch));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "seven", "v7.0.1"})
    void what_is_no_version_is_refused(String text) {
        assertThatThrownBy(() -> ServerVersion.parse("redis", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is no version of redis");
    }

    @Test
    void versions_are_compared_by_number() {
        ServerVersion version = version("6.2.16");

        assertThat(version)
                .isGreaterThan(version("6.2.9"))
                .isLessThan(version("6.10.0"))
                .isLessThan(version("10.0.0"));
        assertThat(version.compareTo(ServerVersion.parse("valkey", "6.2.16"))).isZero();
    }

    @Test
    void a_version_is_at_least_those_below_it() {
        ServerVersion version = version("6.2.16");

        assertThat(version.atLeast(5, 9)).isTrue();
        assertThat(version.atLeast(6, 2)).isTrue();
        assertThat(version.atLeast(6, 3)).isFalse();
        assertThat(version.atLeast(7, 0)).isFalse();
    }

    @Test
    void a_version_names_its_product() {
        assertThat(version("7.0.15")).hasToString("Redis 7.0.15");
        assertThat(ServerVersion.parse("valkey", "8.1.1")).hasToString("Valkey 8.1.1");
    }

    private static ServerVersion version(String text) {
        return ServerVersion.parse(ServerVersion.REDIS, text);
    }
}
