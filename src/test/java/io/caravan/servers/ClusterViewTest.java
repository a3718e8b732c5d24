package io.caravan.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
    private static final String FROM_A = """
        aaa 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-99 101 [100->-bbb]
        bbb 127.0.0.1:7001@17001,host-b master - 0 1 2 connected 100 102-16383
        ccc 127.0.0.1:7002@17002 slave aaa 0 1 1 connected
        """;
    private static final String FROM_B_AS_3_2 = """
        bbb :7001 myself,master - 0 0 2 connected 100 102-16383
        aaa 127.0.0.1:7000 master - 0 1 1 connected 0-99 101
        ccc 127.0.0.1:7002 slave aaa 0 1 1 connected
        """;

    @Test
    void nodes_that_see_the_same_roles_and_slots_agree() {
        Set<Integer> ports = Set.of(7000, 7001, 7002);

        assertThat(ClusterView.parse(FROM_A).opinionOf(ports))
                .isPresent()
                .isEqualTo(ClusterView.parse(FROM_B_AS_3_2).opinionOf(ports));
        assertThat(ClusterView.parse(FROM_A.replace("102-16383", "102-16382")).opinionOf(ports))
                .isNotEqualTo(ClusterView.parse(FROM_B_AS_3_2).opinionOf(ports));
    }

    @Test
    void there_is_no_opinion_while_a_node_is_missing_or_failing() {
        assertThat(ClusterView.parse(FROM_A).opinionOf(Set.of(7000, 7003))).isEmpty();
        assertThat(ClusterView.parse(FROM_A.replace("slave aaa", "slave,fail? aaa"))
                        .opinionOf(Set.of(7002)))
                .isEmpty();
        assertThat(ClusterView.parse(FROM_A.replace("1 1 connected", "1 1 disconnected"))
                        .opinionOf(Set.of(7002)))
                .isEmpty();
    }

    @Test
    void a_node_knows_its_slots_without_those_on_their_way() {
        ClusterView view = ClusterView.parse(FROM_A);

        assertThat(view.myself().id()).isEqualTo("aaa");
        assertThat(view.myself().slots().cardinality()).isEqualTo(101);
        assertThat(view.node(node -> node.slots().get(100)).orElseThrow().port())
                .isEqualTo(7001);
    }
}
