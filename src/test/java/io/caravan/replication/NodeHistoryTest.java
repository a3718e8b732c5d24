package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.ServerInfo;
import org.junit.jupiter.api.Test;

/** What is read from {@code INFO replication}; the numbers are those of {@code masterTryPartialResynchronization}. */
class NodeHistoryTest {

    private static final String REPLICA = """
            # Replication
            role:slave
            master_host:10.0.0.1
            master_port:7000
            master_link_status:up
            master_replid:bbb
            master_replid2:aaa
            master_repl_offset:2000
            second_repl_offset:1501
            repl_backlog_active:1
            repl_backlog_first_byte_offset:1001
            repl_backlog_histlen:1000
            """;

    @Test
    void a_node_continues_what_its_backlog_has_and_the_byte_after_it() {
        assertThat(continues("bbb", 1000)).isTrue();
        assertThat(continues("bbb", 2000)).isTrue();
    }

    @Test
    void a_node_does_not_continue_what_its_backlog_has_lost_or_not_received_yet() {
        assertThat(continues("bbb", 999)).isFalse();
        assertThat(continues("bbb", 2001)).isFalse();
    }

    @Test
    void the_history_of_the_former_master_is_continued_up_to_where_the_other_took_over() {
        assertThat(continues("aaa", 1500)).isTrue();
        assertThat(continues("aaa", 1501)).isFalse();
    }

    @Test
    void a_history_of_others_is_not_continued() {
        assertThat(continues("ccc", 1500)).isFalse();
    }

    @Test
    void a_node_without_a_backlog_continues_nothing() {
        var without = history(REPLICA.replace("repl_backlog_active:1", "repl_backlog_active:0"));

        assertThat(without.continues(new ReplicationPosition("bbb", 1500, 0))).isFalse();
    }

    @Test
    void only_a_replica_whose_link_is_up_is_linked() {
        assertThat(history(REPLICA).isLinkedReplica()).isTrue();
        assertThat(history(REPLICA.replace("status:up", "status:down")).isLinkedReplica())
                .isFalse();
        assertThat(history("role:master\nmaster_replid:bbb\n").isLinkedReplica())
                .isFalse();
    }

    @Test
    void a_node_that_says_nothing_has_no_history() {
        NodeHistory silent = history("");

        assertThat(silent.isCalled("")).isFalse();
        assertThat(silent.offset()).isEmpty();
        assertThat(silent.continues(new ReplicationPosition("", 0, 0))).isFalse();
    }

    private static boolean continues(String id, long offset) {
        return history(REPLICA).continues(new ReplicationPosition(id, offset, 0));
    }

    private static NodeHistory history(String info) {
        return new NodeHistory(ServerInfo.parse(info));
    }
}
