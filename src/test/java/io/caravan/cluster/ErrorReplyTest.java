package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.ErrorReply.Remedy;
import io.caravan.node.NodeAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorReplyTest {

    private static final NodeAddress ANSWERED_BY = new NodeAddress("10.0.0.1", 7000);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MOVED 3999 10.0.0.2:6379                                     | MOVED
            ASK 3999 10.0.0.2:6379                                       | ASK
            TRYAGAIN Multiple keys request during rehashing of slot      | TRY_AGAIN
            CLUSTERDOWN The cluster is down                              | WAIT
            LOADING Redis is loading the dataset in memory               | WAIT
            MASTERDOWN Link with MASTER is down                          | WAIT
            BUSY Redis is busy running a script                          | WAIT
            OOM command not allowed when used memory > 'maxmemory'.      | WAIT
            MISCONF Redis is configured to save RDB snapshots            | WAIT
            NOREPLICAS Not enough good replicas to write.                | WAIT
            NOAUTH Authentication required.                              | WAIT
            NOPERM this user has no permissions to run the 'set' command | WAIT
            READONLY You can't write against a read only replica.        | RELOCATE
            WRONGTYPE Operation against a key                            | COMMAND
            ERR unknown command `FOO`                                    | COMMAND
            CROSSSLOT Keys in request don't hash to the same slot        | COMMAND
            EXECABORT Transaction discarded because of previous errors.  | COMMAND
            BUSYKEY Target key name already exists.                      | COMMAND
            """)
    void what_follows_from_an_error_is_told_by_its_first_word(String text, Remedy remedy) {
        assertThat(new ErrorReply(text, false).remedy()).isEqualTo(remedy);
    }

    @Test
    void an_error_of_a_unit_whose_rest_took_effect_is_the_commands_own() {
        assertThat(new ErrorReply("OOM command not allowed", true).remedy()).isEqualTo(Remedy.COMMAND);
    }

    @Test
    void the_code_is_the_first_word() {
        assertThat(new ErrorReply("WRONGTYPE Operation", false).code()).isEqualTo("WRONGTYPE");
        assertThat(new ErrorReply("ERR", false).code()).isEqualTo("ERR");
    }

    @ParameterizedTest
    @CsvSource({
        "MOVED 3999 10.0.0.2:6379, 10.0.0.2, 6379",
        "ASK 3999 10.0.0.2:6379, 10.0.0.2, 6379",
        "MOVED 3999 redis-2.example.com:6379, redis-2.example.com, 6379",
        "MOVED 3999 fe80::2:6379, fe80::2, 6379",
        "MOVED 3999 :7001, 10.0.0.1, 7001", // the node does not know its own host: the one that answered
        "MOVED 3999 ?:7001, 10.0.0.1, 7001",
    })
    void a_redirection_names_its_target(String text, String host, int port) {
        assertThat(new ErrorReply(text, false).target(ANSWERED_BY)).contains(new NodeAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"MOVED", "MOVED 3999", "MOVED 3999 10.0.0.2", "MOVED 3999 10.0.0.2:x", "MOVED 3999 10.0.0.2:0"})
    void a_redirection_that_cannot_be_read_has_no_target(String text) {
        assertThat(new ErrorReply(text, false).target(ANSWERED_BY)).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"OOM", "MISCONF", "NOREPLICAS", "CLUSTERDOWN", "LOADING", "BUSY", "READONLY", "NOAUTH", "NOPERM"
            })
    void what_is_waited_out_comes_with_advice(String code) {
        assertThat(new ErrorReply(code + " and so on", false).advice()).isNotEmpty();
    }

    @Test
    void what_a_module_says_may_be_of_its_key_unless_it_speaks_of_the_command() {
        assertThat(new ErrorReply("ERR TSDB: the key does not exist", false).mayShowDifferenceOfModule())
                .isTrue();
        assertThat(new ErrorReply("ERR unknown command 'TS.ADD'", false).mayShowDifferenceOfModule())
                .isFalse();
        assertThat(new ErrorReply("ERR Syntax error", false).mayShowDifferenceOfModule())
                .isFalse();
        assertThat(new ErrorReply("NOPERM no", false).mayShowDifferenceOfModule())
                .isFalse();
    }

    @Test
    void a_value_that_the_node_cannot_read_comes_with_advice_and_other_errors_of_a_command_speak_for_themselves() {
        assertThat(new ErrorReply("ERR Bad data format", false).advice()).contains("lacks the module");
        assertThat(new ErrorReply("ERR syntax error", false).advice()).isEmpty();
    }
}
