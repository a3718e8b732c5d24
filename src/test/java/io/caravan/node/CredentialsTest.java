package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CredentialsTest {

    @Test
    void a_password_alone_has_no_user() {
        Credentials credentials = Credentials.parse("secret");

        assertThat(credentials.user()).isEmpty();
        assertThat(credentials.password()).isEqualTo("secret");
        assertThat(credentials.whole()).isEqualTo("secret");
        assertThat(credentials.none()).isFalse();
    }

    @Test
    void the_first_colon_separates_user_and_password() {
        Credentials credentials = Credentials.parse("alice:pass:word");

        assertThat(credentials.user()).contains("alice");
        assertThat(credentials.password()).isEqualTo("pass:word");
        assertThat(credentials.whole()).isEqualTo("alice:pass:word");
    }

    @Test
    void a_leading_colon_says_that_there_is_no_user() {
        Credentials credentials = Credentials.parse(":pass:word");

        assertThat(credentials.user()).isEmpty();
        assertThat(credentials.password()).isEqualTo("pass:word");
        assertThat(credentials.whole()).isEqualTo("pass:word");
    }

    @Test
    void blank_credentials_are_none() {
        assertThat(Credentials.parse("").none()).isTrue();
        assertThat(Credentials.parse("  ").none()).isTrue();
        assertThat(Credentials.NONE.user()).isEmpty();
    }

    @Test
    void credentials_never_show_the_secret() {
        assertThat(Credentials.parse("alice:secret")).hasToString("user alice");
        assertThat(Credentials.parse("secret")).hasToString("a password");
        assertThat(Credentials.NONE).hasToString("no credentials");
    }
}
