package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementPortTest {

    @ParameterizedTest
    @ValueSource(strings = {"localhost:8876", "127.0.0.1:8876", "8876", "http://", "ftp://localhost", "http://a b"})
    void a_place_that_is_no_url_is_told_how_to_be_written(String url) {
        assertThatThrownBy(() -> ManagementPort.configured(url))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageStartingWith("--url='" + url + "' does not say where a process is; write it as http://");
    }
}
