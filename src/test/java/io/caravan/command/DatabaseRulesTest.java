package io.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseRulesTest {

    private static final String SELECTED = "0,2";
    private static final String MAPPED = "0,1=one:,4=four:,3";

    // Selected.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SET a 1                 | SET a 1",
                "[2] SET a 1             | [2] SET a 1",
                "[1] SET a 1             | ",
                "[1] EVAL script 0       | ",
                "[1] PUBLISH c m         | [1] PUBLISH c m",
                "[1] FUNCTION LOAD f     | [1] FUNCTION LOAD f",
                "[1] CARAVAN.REFUSE n w a | ",
                "MOVE a 2                | MOVE a 2",
                "MOVE a 1                | UNLINK a",
                "[2] MOVE a 1            | [2] UNLINK a",
                "[1] MOVE a 2            | [2] CARAVAN.REFRESH a",
                "[1] MOVE a 3            | ",
                "COPY a b                | COPY a b",
                "COPY a b REPLACE        | COPY a b REPLACE",
                "COPY a b DB 2 REPLACE   | COPY a b DB 2 REPLACE",
                "COPY a b DB 1           | ",
                "[1] COPY a b            | ",
                "[1] COPY a b DB 2       | [2] CARAVAN.REFRESH b",
                "SWAPDB 0 2              | SWAPDB 0 2",
                "[1] SWAPDB 0 2          | [1] SWAPDB 0 2",
                "SWAPDB 1 3              | ",
                "FLUSHDB                 | FLUSHDB",
                "[2] FLUSHDB ASYNC       | [2] FLUSHDB ASYNC",
                "[1] FLUSHDB             | ",
                "[1] FLUSHALL ASYNC      | FLUSHDB ASYNC; [2] FLUSHDB ASYNC",
            })
    void of_selected_databases_everything_is_applied_and_of_others_nothing(String command, String becomes) {
        assertThat(applied(SELECTED, command)).isEqualTo(list(becomes));
    }

    // Mapped.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SET a 1                     | SET a 1",
                "[3] SET a 1                 | [3] SET a 1",
                "[1] SET a 1                 | SET one:a 1",
                "[4] SET a 1                 | SET four:a 1",
                "[2] SET a 1                 | ",
                "[1] DEL a b c               | DEL one:a one:b one:c",
                "[1] MSET a 1 b 2            | MSET one:a 1 one:b 2",
                "[1] RENAME a b              | RENAME one:a one:b",
                "[1] SINTERSTORE d 2 a       | SINTERSTORE one:d one:2 one:a",
                "[1] BITOP AND d a b         | BITOP AND one:d one:a one:b",
                "[1] ZUNIONSTORE d 2 a b WEIGHTS 1 2 | ZUNIONSTORE one:d 2 one:a one:b WEIGHTS 1 2",
                "[1] GEORADIUS g 1 2 3 m STORE d | GEORADIUS one:g 1 2 3 m STORE one:d",
                "[1] XREADGROUP GROUP g c STREAMS a b 1 2 | XREADGROUP GROUP g c STREAMS one:a one:b 1 2",
                "[1] XGROUP CREATE s g $     | XGROUP CREATE one:s g $",
                "[1] BLMPOP 0 2 a b LEFT     | BLMPOP 0 2 one:a one:b LEFT",
                "[1] UNKNOWN.CMD a 1         | UNKNOWN.CMD one:a 1",
                "[1] SET caravan:x 1         | ",
                "[1] SORT l BY w* STORE d    | CARAVAN.REFRESH one:l one:d",
                "[1] EVAL s 2 a b c          | CARAVAN.REFRESH one:a one:b",
                "[1] SPUBLISH c m            | [1] SPUBLISH c m",
                "[1] CARAVAN.REFUSE n w a    | CARAVAN.REFUSE n w one:a",
                "[1] MOVE a 2                | UNLINK one:a",
                "[1] MOVE a 0                | CARAVAN.REFRESH a; UNLINK one:a",
                "MOVE a 1                    | CARAVAN.REFRESH one:a; UNLINK a",
                "[3] MOVE a 1                | CARAVAN.REFRESH one:a; [3] UNLINK a",
                "[1] MOVE a 3                | [3] CARAVAN.REFRESH a; UNLINK one:a",
                "[1] MOVE a 4                | CARAVAN.REFRESH four:a; UNLINK one:a",
                "[2] MOVE a 1                | CARAVAN.REFRESH one:a",
                "MOVE a 3                    | MOVE a 3",
                "[1] COPY a b                | COPY one:a one:b",
                "[1] COPY a b DB 1 REPLACE   | CARAVAN.REFRESH one:b",
                "[1] COPY a b DB 0           | CARAVAN.REFRESH b",
                "COPY a b DB 1               | CARAVAN.REFRESH one:b",
                "COPY a b DB 2               | ",
                "[2] COPY a b DB 3           | [3] CARAVAN.REFRESH b",
                "SWAPDB 1 1                  | ",
                "SWAPDB 0 3                  | SWAPDB 0 3",
                "FLUSHDB                     | FLUSHDB CARAVAN.EXCEPT one: four:",
                "[1] FLUSHDB ASYNC           | FLUSHDB CARAVAN.ONLY one:",
                "[2] FLUSHDB                 | ",
                "[3] FLUSHDB                 | [3] FLUSHDB",
                "FLUSHALL                    | FLUSHDB; [3] FLUSHDB",
            })
    void keys_of_a_mapped_database_get_its_prefix_wherever_they_stand(String command, String becomes) {
        assertThat(applied(MAPPED, command)).isEqualTo(list(becomes));
    }

    @Test
    void a_flush_of_all_removes_the_keys_of_the_mapped_databases_alone_where_database_0_is_not_synchronized() {
        assertThat(applied("1=one:,2=two:,3", "[7] FLUSHALL"))
                .containsExactly("FLUSHDB CARAVAN.ONLY one: two:", "[3] FLUSHDB");
        assertThat(applied("1=", "FLUSHALL", "[1] FLUSHDB", "FLUSHDB")).containsExactly("FLUSHDB", "FLUSHDB");
    }

    @ParameterizedTest
    @CsvSource({"'0,2', SWAPDB 0 1", "'0,2', SWAPDB 1 2", "'0,1=one:', SWAPDB 0 1", "'0,1=one:', [9] SWAPDB 1 9"})
    void a_swap_that_cannot_be_applied_is_refused_and_says_what_to_do(String databases, String swap) {
        List<byte[]> arguments = apply(databases, swap).command(0).arguments();

        assertThat(arguments).hasSize(3);
        assertThat(new String(arguments.get(0), StandardCharsets.UTF_8)).isEqualTo("CARAVAN.REFUSE");
        assertThat(new String(arguments.get(1), StandardCharsets.UTF_8)).isEqualTo("SWAPDB");
        assertThat(new String(arguments.get(2), StandardCharsets.UTF_8))
                .matches(
                        "it swaps databases \\d and \\d, of which not both are synchronized as they are \\(databases\\); start"
                                + " the task without its checkpoint, so that it begins with a new snapshot");
    }

    @Test
    void what_was_refused_without_a_key_is_of_no_database() {
        assertThat(applied("0", "[3] CARAVAN.REFUSE SWAPDB why")).hasSize(1);
    }

    @Test
    void a_script_of_a_mapped_database_that_names_no_keys_is_refused() {
        assertThat(applied(MAPPED, "[1] EVAL script 0"))
                .singleElement()
                .asString()
                .startsWith("CARAVAN.REFUSE EVAL \"it names no keys, which are to get the prefix of database 1");
    }

    @Test
    void a_transaction_over_several_databases_stays_whole() {
        CommandBatch batch =
                apply(MAPPED, "[1] MULTI", "[1] SET a 1", "SET b 2", "[2] SET c 3", "[1] MOVE d 0", "[1] EXEC");

        assertThat(commands(batch))
                .containsExactly(
                        "[1] MULTI", "SET one:a 1", "SET b 2", "CARAVAN.REFRESH d", "UNLINK one:d", "[1] EXEC");
        assertThat(batch.inTransaction(5)).as("what was put between").isTrue();
        assertThat(batch.endOffset(5)).isEqualTo(batch.endOffset(4));
    }

    @Test
    void a_value_of_a_snapshot_still_begins_where_it_began() {
        CommandBatch batch = Batches.snapshot("[1] RPUSH l a", "+ [1] RPUSH l b");
        var rules = new DatabaseRules(Databases.parse(MAPPED));

        batch.edit(rules::leaveOut);

        assertThat(commands(batch)).containsExactly("RPUSH one:l a", "RPUSH one:l b");
        assertThat(batch.startsValue(0)).isTrue();
    }

    @Test
    void slots_are_those_of_the_new_keys() {
        CommandBatch batch = apply(MAPPED, "[1] SET a 1", "[1] MSET {t}a 1 {t}b 2", "[1] RENAME a b");

        assertThat(batch.slot(0)).isEqualTo(HashSlot.of("one:a".getBytes(StandardCharsets.UTF_8)));
        assertThat(batch.crossesSlots(1)).isFalse();
        assertThat(batch.crossesSlots(2)).isTrue();
        assertThat(batch.isPlain(0)).isTrue();
    }

    @Test
    void a_partial_flush_says_itself_what_it_removes() {
        CommandBatch batch =
                Batches.stream("FLUSHDB", "FLUSHDB ASYNC", "FLUSHDB CARAVAN.ONLY a b", "FLUSHDB CARAVAN.EXCEPT a");

        assertThat(PartialFlush.of(batch, 0)).isEmpty();
        assertThat(PartialFlush.of(batch, 1)).isEmpty();
        assertThat(removed(PartialFlush.of(batch, 2))).containsExactly("ab", "b");
        assertThat(removed(PartialFlush.of(batch, 3))).containsExactly("b", "c");
        assertThat(PartialFlush.of(batch, 3)).get().hasToString("keys that do not begin with 'a'");
    }

    @Test
    void only_what_may_have_to_be_changed_is_of_concern() {
        var rules = new DatabaseRules(Databases.parse("0,1=one:"));
        CommandBatch batch = Batches.stream("SET a 1", "DEL a", "[1] SET a 1", "[2] SET a 1", "MOVE a 1", "SWAPDB 0 1");

        assertThat(List.of(0, 1, 2, 3, 4, 5))
                .extracting(row -> rules.concern(batch, row))
                .containsExactly(false, false, true, true, true, true);
        assertThat(new DatabaseRules(Databases.ALL).concern(batch, 2)).isFalse();
    }

    private static List<String> removed(Optional<PartialFlush> flush) {
        return List.of("ab", "b", "c").stream()
                .filter(key -> flush.orElseThrow().removes(key.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private static List<String> list(String texts) {
        return texts == null ? List.of() : List.of(texts.split("; "));
    }

    private static List<String> applied(String databases, String... commands) {
        return commands(apply(databases, commands));
    }

    private static CommandBatch apply(String databases, String... commands) {
        CommandBatch batch = Batches.stream(commands);
        var rules = new DatabaseRules(Databases.parse(databases));
        batch.edit(rules::leaveOut);
        return batch;
    }

    private static List<String> commands(CommandBatch batch) {
        List<String> texts = new ArrayList<>();
        batch.forEach(command -> texts.add((command.database() == 0 ? "" : "[" + command.database() + "] ") + command));
        return texts;
    }
}
