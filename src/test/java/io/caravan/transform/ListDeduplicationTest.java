package io.caravan.transform;

import static io.caravan.command.Batches.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import org.junit.jupiter.api.Test;

class ListDeduplicationTest {

    private final ListDeduplication lists = new ListDeduplication();

    @Test
    void a_list_of_a_snapshot_is_preceded_by_the_removal_of_the_old_one() {
        CommandBatch batch = Batches.snapshot("SET k v", "[2] RPUSH list a b", "SADD set m");

        lists.process(batch);

        assertThat(texts(batch)).containsExactly("SET k v", "UNLINK list", "RPUSH list a b", "SADD set m");
        assertThat(batch.database(1)).isEqualTo(2);
        assertThat(lists.removals()).isEqualTo(1);
    }

    @Test
    void a_list_that_spans_many_batches_is_removed_exactly_once() {
        CommandBatch first = Batches.snapshot("RPUSH list a", "+ RPUSH list b");
        CommandBatch second = Batches.snapshot("+ RPUSH list c", "+ RPUSH list d");
        CommandBatch third = Batches.snapshot("+ RPUSH list e", "RPUSH other x", "+ PEXPIREAT other 1");

        lists.process(first);
        lists.process(second);
        lists.process(third);

        assertThat(texts(first)).containsExactly("UNLINK list", "RPUSH list a", "RPUSH list b");
        assertThat(texts(second)).containsExactly("RPUSH list c", "RPUSH list d");
        assertThat(texts(third)).containsExactly("RPUSH list e", "UNLINK other", "RPUSH other x", "PEXPIREAT other 1");
        assertThat(lists.removals()).isEqualTo(2);
    }

    @Test
    void two_lists_behind_each_other_are_both_removed() {
        CommandBatch batch = Batches.snapshot("RPUSH a x", "RPUSH b y");

        lists.process(batch);

        assertThat(texts(batch)).containsExactly("UNLINK a", "RPUSH a x", "UNLINK b", "RPUSH b y");
    }

    @Test
    void a_list_that_the_snapshot_brings_as_a_whole_replaces_the_old_one_already() {
        CommandBatch batch = Batches.snapshot("RESTORE list 0 payload REPLACE");

        lists.process(batch);

        assertThat(texts(batch)).containsExactly("RESTORE list 0 payload REPLACE");
        assertThat(lists.removals()).isZero();
    }

    @Test
    void a_push_of_the_stream_is_a_change_to_the_list_that_is_there() {
        CommandBatch batch = Batches.stream("RPUSH list a", "LPUSH list b");

        lists.process(batch);

        assertThat(texts(batch)).containsExactly("RPUSH list a", "LPUSH list b");
    }
}
