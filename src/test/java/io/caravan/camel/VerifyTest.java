package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyTest {

    @ParameterizedTest
    @ValueSource(strings = {"KEYS", "full", ""})
    void a_mode_that_compares_nothing_here_is_refused(String mode) {
        var verify = new Verify();

        assertThatThrownBy(() -> verify.setMode(mode))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mode=" + mode + " is none; write FULL, SAMPLE or COUNT");
        assertThat(verify.getMode()).isEqualTo("FULL");
    }
}
