package io.caravan.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.control.AccessRules.CamelsOwn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which settings of the management port are refused. */
class AccessRulesTest {

    private static final CamelsOwn NONE = new CamelsOwn(false, "/*");
    private static final String TOKEN = "0123456789abcdef";

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.0.0.5"})
    void this_machine_alone_needs_no_token(String host) {
        AccessRules rules = AccessRules.of(host, 8876, "", NONE);

        assertThat(rules.isLoopback()).isTrue();
        assertThat(rules.wantsToken()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void a_port_that_others_reach_needs_protection(String host) {
        assertThatThrownBy(() -> AccessRules.of(host, 8876, "", NONE))
                .hasMessageContaining("camel.management.host=" + host + " lets other machines reach")
                .hasMessageContaining("set caravan.management.token = {{env:CARAVAN_TOKEN}}")
                .hasMessageContaining("camel.management.authenticationEnabled = true");
        assertThat(AccessRules.of(host, 8876, TOKEN, NONE).isLoopback()).isFalse();
        assertThat(AccessRules.of(host, 8876, "", new CamelsOwn(true, "/*")).wantsToken())
                .isFalse();
    }

    @Test
    void an_authentication_of_some_paths_is_no_protection_of_all() {
        assertThatThrownBy(() -> AccessRules.of("0.0.0.0", 8876, "", new CamelsOwn(true, "/observe/*")))
                .hasMessageContaining("authenticationPath = /*");
    }

    @Test
    void a_token_that_can_be_guessed_is_refused() {
        assertThatThrownBy(() -> AccessRules.of("127.0.0.1", 8876, "short", NONE))
                .hasMessageContaining("shorter than 16 characters")
                .hasMessageNotContaining("=short");
    }

    @Test
    void only_the_token_is_the_token() {
        AccessRules rules = AccessRules.of("127.0.0.1", 8876, TOKEN, NONE);

        assertThat(rules.isToken(TOKEN)).isTrue();
        assertThat(rules.isToken("")).isFalse();
        assertThat(rules.isToken(TOKEN + "0")).isFalse();
        assertThat(rules.isToken(TOKEN.substring(1))).isFalse();
        assertThat(AccessRules.of("127.0.0.1", 8876, "", NONE).isToken("")).isFalse();
    }
}
