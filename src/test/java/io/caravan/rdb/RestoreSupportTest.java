package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.RdbDialect.Fork;
import io.caravan.rdb.RestoreSupport.Passage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RestoreSupportTest {

    static Stream<String> measured() {
        try (var in = Objects.requireNonNull(RestoreSupportTest.class.getResourceAsStream("restore-matrix.tsv"))) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return lines.stream().filter(line -> !line.startsWith("#"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("measured")
    void every_payload_passes_as_it_was_seen_to_pass(String line) {
        List<String> columns = List.of(line.split("\t", -1));
        RdbDialect source = dialect(columns.get(0), columns.get(1));
        RdbDialect destination = dialect(columns.get(2), columns.get(3));

        var support = new RestoreSupport(source, destination);

        for (String cell : columns.get(4).split(" ", -1)) {
            int equals = cell.indexOf('=');
            int type = Integer.parseInt(cell.substring(0, equals));
            assertThat(support.passageOf(type))
                    .as("type %d", type)
                    .isEqualTo(Passage.valueOf(cell.substring(equals + 1)));
        }
    }

    /** {@code REDIS 7.0} and the RDB version that it was seen to write. */
    private static RdbDialect dialect(String server, String rdbVersion) {
        int blank = server.indexOf(' ');
        int dot = server.indexOf('.');
        RdbDialect dialect = RdbDialect.of(
                Fork.valueOf(server.substring(0, blank)),
                Integer.parseInt(server.substring(blank + 1, dot)),
                Integer.parseInt(server.substring(dot + 1)));
        assertThat(dialect.version()).as(server).isEqualTo(Integer.parseInt(rdbVersion));
        return dialect;
    }

    @Test
    void hashes_with_expiring_fields_never_pass_between_forks() {
        var redis = RdbDialect.of(Fork.REDIS, 8, 6);
        var valkey = RdbDialect.of(Fork.VALKEY, 9, 1);
        var redict = RdbDialect.of(Fork.REDICT, 7, 3);

        for (int type = 22; type <= 25; type++) {
            assertThat(new RestoreSupport(redis, valkey).passageOf(type)).isEqualTo(Passage.DECODED);
            assertThat(new RestoreSupport(valkey, redis).passageOf(type)).isEqualTo(Passage.DECODED);
            assertThat(new RestoreSupport(redis, redict).passageOf(type)).isEqualTo(Passage.DECODED);
        }
        assertThat(new RestoreSupport(valkey, valkey).passageOf(RdbType.HASH_2_VALKEY))
                .isEqualTo(Passage.AS_IS);
    }

    @Test
    void keydb_and_redict_take_part_in_the_common_types() {
        var keydb = RdbDialect.of(Fork.KEYDB, 6, 3);
        var redict = RdbDialect.of(Fork.REDICT, 7, 3);
        var valkey = RdbDialect.of(Fork.VALKEY, 8, 1);
        var redis = RdbDialect.of(Fork.REDIS, 7, 4);

        assertThat(new RestoreSupport(keydb, valkey).passageOf(RdbType.STREAM_LISTPACKS))
                .isEqualTo(Passage.AS_IS);
        assertThat(new RestoreSupport(valkey, keydb).passageOf(RdbType.SET)).isEqualTo(Passage.RESTAMPED);
        assertThat(new RestoreSupport(valkey, keydb).passageOf(RdbType.SET_LISTPACK))
                .isEqualTo(Passage.DECODED);
        assertThat(new RestoreSupport(redict, redis).passageOf(RdbType.STREAM_LISTPACKS_3))
                .isEqualTo(Passage.AS_IS);
        assertThat(new RestoreSupport(redict, valkey).passageOf(RdbType.STREAM_LISTPACKS_3))
                .isEqualTo(Passage.RESTAMPED);
    }

    @Test
    void a_types_version_is_the_first_that_knows_it() {
        var redis7 = RdbDialect.of(Fork.REDIS, 7, 2);
        var redis3 = RdbDialect.of(Fork.REDIS, 3, 2);

        assertThat(new RestoreSupport(redis7, redis3).passageOf(RdbType.LIST_QUICKLIST))
                .isEqualTo(Passage.RESTAMPED);
        assertThat(new RestoreSupport(redis7, redis3).passageOf(RdbType.ZSET_2)).isEqualTo(Passage.DECODED);
    }
}
