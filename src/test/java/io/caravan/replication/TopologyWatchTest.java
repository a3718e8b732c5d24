package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.NodeAddress;
import io.caravan.node.SlotRanges;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TopologyWatchTest {

    private static final List<SourceMaster> AT_FIRST = List.of(master(1, "0-5460"), master(2, "5461-16383"));

    private final AtomicInteger told = new AtomicInteger();
    private List<SourceMaster> masters = AT_FIRST;
    private Map<Integer, Long> returned = Map.of();
    private final TopologyWatch watch =
            new TopologyWatch(() -> masters, AT_FIRST, () -> returned, told::incrementAndGet);

    @Test
    void slots_that_are_divided_otherwise_are_told_once_they_have_stayed_so() {
        look(3);
        masters = List.of(master(1, "0-5000"), master(2, "5001-16383"));
        look(1);
        masters = List.of(master(1, "0-4000"), master(2, "4001-16383"));
        look(1);
        assertThat(told).as("still moving").hasValue(0);

        look(3);

        assertThat(told).as("once").hasValue(1);
    }

    @Test
    void slots_that_have_come_back_are_told_once_no_others_do() {
        returned = Map.of(5, 1000L);
        look(1);
        returned = Map.of(5, 1000L, 6, 2000L);
        look(1);
        returned = Map.of(5, 1000L, 6, 3000L);
        look(1);
        assertThat(told).as("keys still arrive").hasValue(0);

        look(1);

        assertThat(told).hasValue(1);
    }

    @Test
    void nothing_is_told_while_nobody_serves_some_slots() {
        returned = Map.of(5, 1000L);
        masters = List.of(master(2, "5461-16383"));

        look(3);

        assertThat(told).hasValue(0);
    }

    @Test
    void another_master_of_the_same_slots_is_no_change() {
        masters = List.of(master(3, "0-5460"), master(2, "5461-16383"));

        look(3);

        assertThat(told).hasValue(0);
    }

    @Test
    void a_source_that_may_not_be_asked_any_more_has_not_divided_its_slots_otherwise() {
        masters = List.of(
                new SourceMaster(new NodeAddress("10.0.0.1", 7000), "", SlotRanges.parse("0-16383"), Optional.empty()));

        look(3);

        assertThat(told).hasValue(0);
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            watch.look();
        }
    }

    private static SourceMaster master(int number, String slots) {
        return new SourceMaster(
                new NodeAddress("10.0.0." + number, 7000), "id" + number, SlotRanges.parse(slots), Optional.empty());
    }
}
