package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.NodeAddress;
import io.caravan.replication.PsyncReply.Continue;
import io.caravan.replication.PsyncReply.FullResynchronization;
import io.caravan.replication.PsyncReply.Refused;
import io.caravan.replication.PsyncReply.TryLater;
import io.caravan.resp.Reply;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PsyncReplyTest {

    private static final NodeAddress NODE = new NodeAddress("10.0.0.7", 6379);
    private static final String ID = "8d5f3c0e9a7b6d4c2e1f0a9b8c7d6e5f4a3b2c1d";

    @Test
    void a_full_resynchronization_names_history_and_offset() {
        assertThat(status("FULLRESYNC " + ID + " 4711")).isEqualTo(new FullResynchronization(ID, 4711));
    }

    @Test
    void a_stream_is_continued_under_the_id_it_had() {
        assertThat(status("CONTINUE")).isEqualTo(new Continue(Optional.empty()));
    }

    @Test
    void continue_after_a_failover_names_the_new_replication_id() {
        assertThat(status("CONTINUE " + ID)).isEqualTo(new Continue(Optional.of(ID)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FULLRESYNC", "FULLRESYNC " + ID, "FULLRESYNC " + ID + " x", "OK", ""})
    void another_status_is_no_answer_of_a_master(String text) {
        assertThat(message(status(text)))
                .isEqualTo("source 10.0.0.7:6379 answered PSYNC with '" + text + "', which is no answer of a master");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOMASTERLINK Can't SYNC while not connected with my master",
                "LOADING Redis is loading the dataset in memory",
                "MASTERDOWN Link with MASTER is down",
                "BUSY Redis is busy running a script"
            })
    void what_passes_is_tried_again_later(String error) {
        PsyncReply reply = PsyncReply.of(new Reply.Failure(error), NODE);

        assertThat(reply).isEqualTo(new TryLater("source 10.0.0.7:6379 cannot replicate yet: '" + error + "'"));
    }

    @Test
    void a_missing_permission_is_named_with_the_rights_to_grant() {
        assertThat(message(PsyncReply.of(new Reply.Failure("NOPERM this user has no permissions"), NODE)))
                .isEqualTo("source 10.0.0.7:6379 refused PSYNC: 'NOPERM this user has no permissions';"
                        + " grant the user +psync +replconf +ping");
    }

    @Test
    void missing_credentials_are_named() {
        assertThat(message(PsyncReply.of(new Reply.Failure("NOAUTH Authentication required."), NODE)))
                .contains("NOAUTH Authentication required.")
                .contains("written <user>:<password>");
    }

    @Test
    void a_proxy_that_does_not_know_psync_is_taken_for_one() {
        assertThat(message(PsyncReply.of(new Reply.Failure("ERR unknown command `PSYNC`"), NODE)))
                .contains("it looks like a proxy or a managed service without replication");
    }

    @Test
    void another_kind_of_reply_is_of_no_redis_server() {
        assertThat(message(PsyncReply.of(new Reply.Elements(List.of(new Reply.Number(1))), NODE)))
                .contains("it is no Redis server");
    }

    @Test
    void foreign_text_is_quoted_and_cut() {
        assertThat(message(PsyncReply.of(new Reply.Failure("ERR " + "x\r\n".repeat(100)), NODE)))
                .contains("'ERR x\\r\\nx\\r\\n")
                .contains("…'");
    }

    @Test
    void only_two_statuses_are_followed_by_a_stream() {
        assertThat(PsyncReply.grantsStream("FULLRESYNC " + ID + " 1")).isTrue();
        assertThat(PsyncReply.grantsStream("CONTINUE")).isTrue();
        assertThat(PsyncReply.grantsStream("OK")).isFalse();
        assertThat(PsyncReply.isGranted(new Continue(Optional.empty()))).isTrue();
        assertThat(PsyncReply.isGranted(new TryLater(""))).isFalse();
    }

    private static PsyncReply status(String text) {
        return PsyncReply.of(new Reply.Status(text), NODE);
    }

    private static String message(PsyncReply reply) {
        assertThat(reply).isInstanceOf(Refused.class);
        return ((Refused) reply).message();
    }
}
