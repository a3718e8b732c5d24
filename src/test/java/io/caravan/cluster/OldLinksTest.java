package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OldLinksTest {

    /** As Redis 4.0 and 7.4 write it. */
    private static final String CLIENTS = """
            id=3 addr=127.0.0.1:46310 fd=8 name=caravan:1a age=5 idle=0 flags=N db=0 sub=0 psub=0 multi=-1 cmd=set
            id=4 addr=127.0.0.1:46312 fd=9 name= age=5 idle=0 flags=N db=0 sub=0 psub=0 multi=-1 cmd=client
            id=15 addr=127.0.0.1:46313 laddr=127.0.0.1:6379 fd=10 name=caravan:2b age=5 idle=0 flags=N db=0 sub=0 cmd=get
            id=16 addr=127.0.0.1:46314 laddr=127.0.0.1:6379 fd=11 name=caravan:1a age=5 idle=0 flags=N db=0 sub=0 cmd=get
            id=17 addr=127.0.0.1:46315 laddr=127.0.0.1:6379 fd=12 name=my-caravan:1a age=5 idle=0 flags=N db=0 cmd=get
            """;

    @Test
    void the_connections_of_a_writer_are_found_by_its_name() {
        assertThat(OldLinks.connectionsOf(Set.of("caravan:1a"), CLIENTS)).containsExactly(3L, 16L);
    }

    @Test
    void those_of_others_are_left_alone() {
        assertThat(OldLinks.connectionsOf(Set.of("caravan:3c", "caravan:1"), CLIENTS))
                .isEmpty();
    }

    @Test
    void its_own_connections_of_the_past_are_over_too() {
        var links = new OldLinks();

        assertThat(links.add(List.of("caravan:1a"))).isTrue();
        assertThat(links.add(List.of("caravan:1a", links.writer()))).isFalse();
        assertThat(links.over()).containsExactlyInAnyOrder(links.writer(), "caravan:1a");
    }
}
