package io.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTableTest {

    /** The seed specification, "Operations that can be synchronized". */
    private static final String COMMUNITY = """
            APPEND
            BITOP BLPOP BRPOP BRPOPLPUSH
            DECR DECRBY DEL
            EVAL EVALSHA EXEC EXPIRE EXPIREAT
            GEOADD GETSET
            HDEL HINCRBY HINCRBYFLOAT HMSET HSET HSETNX
            INCR INCRBY INCRBYFLOAT
            LINSERT LPOP LPUSH LPUSHX LREM LSET LTRIM
            MOVE MSET MSETNX MULTI
            PERSIST PEXPIRE PEXPIREAT PFADD PFMERGE PSETEX PUBLISH
            RENAME RENAMENX RESTORE RPOP RPOPLPUSH RPUSH RPUSHX
            SADD SDIFFSTORE SELECT SET SETBIT SETEX SETNX SETRANGE SINTERSTORE SMOVE SPOP SREM SUNIONSTORE
            ZADD ZINCRBY ZINTERSTORE ZREM ZREMRANGEBYLEX ZUNIONSTORE ZREMRANGEBYRANK ZREMRANGEBYSCORE
            SWAPDB UNLINK
            """;

    private static final String ENHANCED = """
            APPEND
            BITOP BLPOP BRPOP BRPOPLPUSH
            DECR DECRBY DEL
            EVAL EVALSHA EXEC EXPIRE EXPIREAT
            GEOADD GETSET
            HDEL HINCRBY HINCRBYFLOAT HMSET HSET HSETNX
            INCR INCRBY INCRBYFLOAT
            LINSERT LPOP LPUSH LPUSHX LREM LSET LTRIM
            MOVE MSET MSETNX MULTI
            PERSIST PEXPIRE PEXPIREAT PFADD PFMERGE PSETEX PUBLISH
            RENAME RENAMENX RPOP RPOPLPUSH RPUSH RPUSHX
            SADD SDIFFSTORE SELECT SET SETBIT SETEX SETNX SETRANGE SINTERSTORE SMOVE SPOP SREM SUNIONSTORE
            UNLINK ZADD ZINCRBY ZINTERSTORE ZREM ZREMRANGEBYLEX ZUNIONSTORE ZREMRANGEBYRANK ZREMRANGEBYSCORE
            """;

    private final CommandTable table = CommandTable.standard();

    @Test
    void the_community_edition_lists_the_72_operations_of_the_specification() {
        Set<String> listed = listedBy(Edition.COMMUNITY);

        assertThat(listed).hasSize(72).isEqualTo(names(COMMUNITY));
    }

    @Test
    void the_enhanced_edition_lists_the_70_operations_of_the_specification() {
        Set<String> listed = listedBy(Edition.ENHANCED);

        assertThat(listed).hasSize(70).isEqualTo(names(ENHANCED));
    }

    @Test
    void every_command_is_supported_by_the_edition_all() {
        assertThat(table.all()).allMatch(spec -> spec.supportedBy(Edition.ALL));
        assertThat(table.of("MODULE.COMMAND").supportedBy(Edition.ALL)).isTrue();
    }

    @Test
    void every_line_of_the_table_is_a_command_that_is_found_by_its_name() throws IOException {
        List<String> lines = lines();

        assertThat(lines).hasSizeGreaterThan(200).doesNotHaveDuplicates();
        for (String name : lines) {
            CommandSpec spec = table.of(name);
            assertThat(spec.known()).as(name).isTrue();
            assertThat(spec.name()).isEqualTo(name).isUpperCase();
        }
        assertThat(table.all()).hasSameSizeAs(lines);
    }

    @Test
    void names_are_found_in_any_case() {
        for (CommandSpec spec : table.all()) {
            assertThat(table.of(spec.name().toLowerCase(Locale.ROOT))).isSameAs(spec);
        }
        assertThat(table.of("zAdD")).isSameAs(table.of("ZADD"));
    }

    @Test
    void a_name_is_found_where_it_stands_among_other_bytes() {
        byte[] bytes = "xxSETxx".getBytes(UTF_8);

        assertThat(table.of(bytes, 2, 3).name()).isEqualTo("SET");
        assertThat(table.of(Batches.scanned("set k v")).name()).isEqualTo("SET");
    }

    @Test
    void an_unknown_command_is_a_write_on_its_first_argument_that_cannot_be_repeated() {
        CommandSpec spec = table.of("json.set");

        assertThat(spec.name()).isEqualTo("JSON.SET");
        assertThat(spec.known()).isFalse();
        assertThat(spec.write()).isTrue();
        assertThat(spec.knownBy()).isEqualTo(KnownBy.NOBODY);
        assertThat(spec.repeatable()).isFalse();
        assertThat(spec.repeatable(Batches.scanned("JSON.SET doc $ 1"))).isFalse();
        assertThat(spec.scope()).isEqualTo(Scope.KEYS);
        assertThat(spec.group()).isEqualTo(CommandGroup.UNKNOWN);
        assertThat(spec.keys().first(Batches.scanned("JSON.SET doc $ 1"))).isEqualTo(1);
        assertThat(spec.supportedBy(Edition.COMMUNITY)).isFalse();
    }

    @Test
    void an_unknown_command_has_one_entry_however_it_is_written() {
        assertThat(table.of("BF.ADD")).isSameAs(table.of("bf.add"));
    }

    @Test
    void the_name_of_an_unknown_command_is_cut() {
        assertThat(table.of("x".repeat(1000)).name()).hasSize(64);
    }

    @Test
    void what_overwrites_is_repeatable_and_what_reads_first_is_not() {
        assertThat(List.of("SET", "DEL", "UNLINK", "HSET", "SADD", "ZADD", "PEXPIREAT", "RESTORE", "SETNX"))
                .allMatch(name -> table.of(name).repeatable(Batches.scanned(name + " k 1 m")));
        assertThat(List.of("INCR", "APPEND", "RPUSH", "LPOP", "RENAME", "COPY", "SUNIONSTORE", "SMOVE", "EVAL", "MOVE"))
                .noneMatch(name -> table.of(name).repeatable(Batches.scanned(name + " k 1 m")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ZADD z INCR 1 m",
                "ZADD z nx 1 m 2 n",
                "SET k v IFEQ w",
                "MSETEX 1 k v NX",
                "HSETEX h FNX FIELDS 1 f v",
                "BITFIELD b INCRBY u8 0 1"
            })
    void a_word_among_the_arguments_can_make_a_command_that_is_not_repeatable(String line) {
        CommandSpec spec = table.of(Batches.scanned(line));

        assertThat(spec.repeatable(Batches.scanned(line))).isFalse();
        assertThat(spec.repeatable()).isFalse();
        assertThat(spec.repeatable(Batches.scanned(spec.name() + " k 1 m"))).isTrue();
    }

    @Test
    void a_command_says_since_when_it_is_there() {
        assertThat(table.of("COPY").since()).isEqualTo("6.2.0");
        assertThat(table.of("DELIFEQ").since()).isEqualTo("valkey-9.0.0");
        assertThat(table.of("CARAVAN.REFRESH").since()).isEmpty();
        assertThat(table.of("BF.ADD").since()).isEmpty();
        assertThat(table.all())
                .filteredOn(spec -> !spec.name().startsWith("CARAVAN."))
                .allMatch(spec -> spec.since().matches("(valkey-)?\\d+\\.\\d+\\.\\d+"));
    }

    @Test
    void only_commands_whose_keys_are_treated_by_themselves_can_be_split() {
        assertThat(splitBy(Split.EACH_KEY)).containsExactlyInAnyOrder("DEL", "UNLINK", "TOUCH");
        assertThat(splitBy(Split.PAIRS)).containsExactlyInAnyOrder("MSET", "MSETNX", "MSETEX");
        assertThat(splitBy(Split.MOVED_MEMBER)).containsExactly("SMOVE");
        assertThat(table.of("BF.ADD").split()).isEqualTo(Split.NONE);
        assertThat(table.all())
                .filteredOn(spec -> spec.split() != Split.NONE)
                .noneMatch(spec -> spec.keys().single());
    }

    @Test
    void every_command_with_scope_keys_has_keys_and_no_other_has() {
        assertThat(table.all())
                .filteredOn(spec -> spec.scope() == Scope.KEYS)
                .noneMatch(spec -> spec.keys() instanceof KeyPositions.None);
        assertThat(table.all())
                .filteredOn(
                        spec -> !Set.of(Scope.KEYS, Scope.REFRESH, Scope.REFUSE).contains(spec.scope()))
                .allMatch(spec -> spec.keys() instanceof KeyPositions.None);
    }

    private List<String> splitBy(Split split) {
        return table.all().stream()
                .filter(spec -> spec.split() == split)
                .map(CommandSpec::name)
                .toList();
    }

    private Set<String> listedBy(Edition edition) {
        return table.all().stream()
                .filter(spec -> spec.supportedBy(edition))
                .map(CommandSpec::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names(String text) {
        return new TreeSet<>(Arrays.asList(text.trim().split("\\s+")));
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = CommandTable.class.getResourceAsStream("commands.tsv")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split("\\s+")[0])
                    .toList();
        }
    }
}
