package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterNodeTest {

    private static final NodeAddress ASKED = new NodeAddress("10.0.0.9", 7000);
    private static final String ID = "07c37dfeb235213a872192d90877d0cd55635b91";
    private static final String MASTER_ID = "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca";

    @Test
    void a_master_has_an_address_and_slots() {
        ClusterNode node = parse(ID + " 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 10923 16383");

        assertThat(node.id()).isEqualTo(ID);
        assertThat(node.address()).isEqualTo(new NodeAddress("10.0.0.1", 7000));
        assertThat(node.master()).isTrue();
        assertThat(node.masterId()).isEmpty();
        assertThat(node.failed()).isFalse();
        assertThat(node.migrating()).isFalse();
        assertThat(SlotRanges.text(node.slots())).isEqualTo("0-5460,10923,16383");
    }

    @Test
    void a_replica_names_its_master_and_serves_no_slots() {
        ClusterNode node = parse(ID + " 10.0.0.1:7000@17000 slave " + MASTER_ID + " 0 1426238317239 4 connected");

        assertThat(node.master()).isFalse();
        assertThat(node.masterId()).isEqualTo(MASTER_ID);
        assertThat(node.slots().isEmpty()).isTrue();
    }

    @Test
    void a_line_of_redis_7_has_a_hostname_behind_the_address() {
        ClusterNode node = parse(ID + " 10.0.0.1:7000@17000,redis-1.example.com master - 0 0 1 connected 5");

        assertThat(node.address()).isEqualTo(new NodeAddress("10.0.0.1", 7000));
    }

    @Test
    void a_line_of_valkey_may_have_more_behind_the_hostname() {
        ClusterNode node = parse(ID + " 10.0.0.1:7000@17000,,tls-port=0,shard-id=0b4e27d1 master - 0 0 1 connected 5");

        assertThat(node.address()).isEqualTo(new NodeAddress("10.0.0.1", 7000));
    }

    @Test
    void a_line_of_redis_3_has_no_bus_port() {
        assertThat(parse(ID + " 10.0.0.1:7000 master - 0 0 1 connected 5").address())
                .isEqualTo(new NodeAddress("10.0.0.1", 7000));
    }

    @Test
    void an_ipv6_address_has_no_brackets() {
        assertThat(parse(ID + " fe80::1:7000@17000 master - 0 0 1 connected 5").address())
                .isEqualTo(new NodeAddress("fe80::1", 7000));
    }

    @Test
    void a_node_that_does_not_know_its_own_host_is_where_it_was_asked() {
        assertThat(parse(ID + " :7001@17001 myself,master - 0 0 1 connected 5").address())
                .isEqualTo(new NodeAddress("10.0.0.9", 7001));
    }

    @Test
    void slots_on_their_way_are_noticed_but_not_served() {
        ClusterNode node = parse(ID + " 10.0.0.1:7000@17000 master - 0 0 1 connected 5 [93->-" + MASTER_ID + "] [77-<-"
                + MASTER_ID + "]");

        assertThat(node.migrating()).isTrue();
        assertThat(SlotRanges.text(node.moving())).isEqualTo("77,93");
        assertThat(SlotRanges.text(node.slots())).isEqualTo("5");
    }

    @Test
    void a_node_is_failed_when_the_cluster_has_agreed_on_it() {
        assertThat(parse(ID + " 10.0.0.1:7000@17000 master,fail - 0 0 1 disconnected 5")
                        .failed())
                .isTrue();
        assertThat(parse(ID + " 10.0.0.1:7000@17000 master,fail? - 0 0 1 connected 5")
                        .failed())
                .isFalse();
    }

    @Test
    void nodes_without_an_address_or_still_shaking_hands_are_left_out() {
        String answer = ID + " :0@0 master,noaddr - 0 0 1 disconnected\n"
                + ID + " 10.0.0.3:7000@17000 handshake - 0 0 0 connected\n"
                + "\n"
                + ID + " 10.0.0.1:7000@17000 master - 0 0 1 connected 1\n"
                + MASTER_ID + " 10.0.0.2:7000@17000 master - 0 0 1 connected 2\n";

        List<ClusterNode> nodes = ClusterNode.parse(answer, ASKED);

        assertThat(nodes)
                .extracting(ClusterNode::address)
                .containsExactly(new NodeAddress("10.0.0.1", 7000), new NodeAddress("10.0.0.2", 7000));
    }

    @Test
    void text_that_is_no_such_answer_is_refused() {
        assertThatThrownBy(() -> ClusterNode.parse("ERR This instance has cluster support disabled", ASKED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no line of CLUSTER NODES");
    }

    @Test
    void a_nodes_slots_cannot_be_changed_from_outside() {
        var slots = new BitSet();
        slots.set(1);
        var node = new ClusterNode(ID, ASKED, true, "", false, slots, new BitSet());

        slots.set(2);
        node.slots().set(3);

        assertThat(SlotRanges.text(node.slots())).isEqualTo("1");
    }

    private static ClusterNode parse(String line) {
        return ClusterNode.parse(line, ASKED).get(0);
    }
}
