package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamIdsTest {

    @Test
    void an_id_is_found_with_its_numbers() {
        var ids = new StreamIds(1000);
        for (int i = 0; i < 100; i++) {
            ids.add(i / 10, i % 10, i, -i);
        }

        int place = ids.find(4, 2);

        assertThat(ids.first(place)).isEqualTo(42);
        assertThat(ids.second(place)).isEqualTo(-42);
        assertThat(ids.find(4, 10)).isEqualTo(StreamIds.NOWHERE);
        assertThat(ids.forgetful()).isFalse();
    }

    @Test
    void ids_are_ordered_without_sign() {
        var ids = new StreamIds(10);
        ids.add(1, 0, 1, 0);
        ids.add(-1, 5, 2, 0);
        ids.add(-1, -1, 3, 0);

        assertThat(ids.first(ids.find(-1, 5))).isEqualTo(2);
        assertThat(ids.first(ids.find(-1, -1))).isEqualTo(3);
        assertThat(ids.first(ids.find(1, 0))).isEqualTo(1);
    }

    @Test
    void the_oldest_give_way_beyond_the_bound() {
        var ids = new StreamIds(40);

        for (int i = 0; i < 100; i++) {
            ids.add(i, 0, i, 0);
        }

        assertThat(ids.forgetful()).isTrue();
        for (int i = 0; i < 60; i++) {
            assertThat(ids.find(i, 0)).isEqualTo(StreamIds.NOWHERE);
        }
        for (int i = 60; i < 100; i++) {
            assertThat(ids.first(ids.find(i, 0))).isEqualTo(i);
        }
    }
}
