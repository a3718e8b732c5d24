package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecordNamesTest {

    private final RecordNames names = new RecordNames();

    @Test
    void a_shard_that_keeps_its_master_leaves_no_record_behind() {
        names.stored("10.0.0.1:7000", "a");

        assertThat(names.stored("10.0.0.1:7000", "a")).isEmpty();
    }

    @Test
    void a_shard_whose_replica_took_over_leaves_the_record_of_the_former_master_behind() {
        names.stored("10.0.0.1:7000", "a");

        assertThat(names.stored("10.0.0.1:7000", "b")).contains("a");
        assertThat(names.stored("10.0.0.1:7000", "b")).isEmpty();
    }

    @Test
    void a_record_that_an_earlier_process_has_stored_is_left_behind_too() {
        names.continued("10.0.0.1:7000", "a");

        assertThat(names.stored("10.0.0.1:7000", "b")).contains("a");
    }

    @Test
    void the_record_of_a_node_that_is_master_of_another_shard_by_now_stays() {
        names.stored("10.0.0.1:7000", "a");
        names.stored("10.0.0.2:7000", "c");
        names.stored("10.0.0.2:7000", "a");

        assertThat(names.stored("10.0.0.1:7000", "b")).isEmpty();
    }
}
