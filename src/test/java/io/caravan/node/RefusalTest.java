package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOADING Redis is loading the dataset in memory",
                "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "CLUSTERDOWN The cluster is down",
                "ERR max number of clients reached",
                "ERR max number of clients + cluster connections reached"
            })
    void what_passes_says_nothing_of_the_account(String text) {
        var refusal = new Refusal(text);

        assertThat(refusal.passes()).isTrue();
        assertThat(refusal.isOfRights()).isFalse();
        assertThat(refusal.isOfCredentials()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOPERM this user has no permissions to run the 'cluster|nodes' command or its subcommand",
                "NOPERM User sync has no permissions to run the 'info' command",
                "ERR unknown command `INFO`, with args beginning with: ",
                "ERR unknown command 'CLUSTER'",
                "ERR unknown subcommand 'NODES'. Try CLUSTER HELP.",
                "ERR Unknown subcommand or wrong number of arguments for 'NODES'. Try CLUSTER HELP."
            })
    void what_an_account_may_not_do_does_not_pass(String text) {
        assertThat(new Refusal(text).isOfRights()).isTrue();
        assertThat(new Refusal(text).passes()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WRONGPASS invalid username-password pair or user is disabled.",
                "ERR invalid password",
                "ERR Client sent AUTH, but no password is set",
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your"
                        + " configuration is correct?",
                "ERR wrong number of arguments for 'auth' command",
                "ERR unknown command 'AUTH'",
                "NOPERM this user has no permissions to run the 'auth' command"
            })
    void credentials_that_are_wrong_stay_wrong(String text) {
        assertThat(new Refusal(text).isOfCredentials()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ERR internal error", "DENIED Redis is running in protected mode", "ERR"})
    void what_is_not_known_permits_no_conclusion(String text) {
        var refusal = new Refusal(text);

        assertThat(refusal.passes()).isFalse();
        assertThat(refusal.isOfRights()).isFalse();
        assertThat(refusal.isOfCredentials()).isFalse();
    }
}
