package io.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabasesTest {

    @Test
    void nothing_said_is_all_databases_as_they_are() {
        Databases all = Databases.parse("  ");

        assertThat(all.isAll()).isTrue();
        assertThat(all.keeps(15)).isTrue();
        assertThat(all.selects(15)).isTrue();
        assertThat(all).hasToString("all as they are");
    }

    @Test
    void a_database_is_kept_moved_or_left_out() {
        Databases some = Databases.parse("0, 3 ,1=one:,2=x\\,y:");

        assertThat(List.of(some.keeps(0), some.keeps(3), some.keeps(1), some.keeps(4)))
                .containsExactly(true, true, false, false);
        assertThat(List.of(some.moves(0), some.moves(1), some.moves(2), some.moves(4)))
                .containsExactly(false, true, true, false);
        assertThat(List.of(some.selects(0), some.selects(1), some.selects(4))).containsExactly(true, true, false);
        assertThat(some)
                .hasToString(
                        "0, 3 as they are, 1 to keys of database 0 that begin with 'one:', 2 to keys of database 0 that"
                                + " begin with 'x,y:'; no other");
    }

    @Test
    void a_key_is_called_by_its_prefix_and_found_by_it() {
        Databases some = Databases.parse("0,3,1=one:");

        assertThat(new String(some.nameOf(bytes("foo"), 1), UTF_8)).isEqualTo("one:foo");
        assertThat(new String(some.nameOf(bytes("foo"), 3), UTF_8)).isEqualTo("foo");
        assertThat(List.of(some.placeOf(1), some.placeOf(3), some.placeOf(0))).containsExactly(0, 3, 0);
        assertThat(origin(some, "one:foo", 0)).isEqualTo("1 foo");
        assertThat(origin(some, "one:", 0)).isEqualTo("1 ");
        assertThat(origin(some, "one", 0)).isEqualTo("0 one");
        assertThat(origin(some, "one:foo", 3)).isEqualTo("3 one:foo");
        assertThat(some.beginsWithPrefix(bytes("xone:foo"), 1, 4)).isTrue();
        assertThat(some.beginsWithPrefix(bytes("xone:foo"), 1, 3)).isFalse();
    }

    @Test
    void one_database_may_go_to_database_0_without_a_prefix_if_that_is_left_out() {
        Databases five = Databases.parse("5=");

        assertThat(origin(five, "foo", 0)).isEqualTo("5 foo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,one          | 'one' is no number of a database",
                "-1=x           | '-1' is no number of a database",
                "0,1=a:,1       | database 1 is named twice",
                "1=caravan:x    | keys that begin with caravan: are Caravan's own",
                "0,1=           | database 1 needs a prefix, since database 0 is synchronized as it is",
                "1=a:,2=a:b:    | the prefix of database 2 begins with that of database 1, so that nobody could tell",
                "1=same,2=same  | the prefix of database",
                "1=,2=x         | the prefix of database 2 begins with that of database 1",
            })
    void what_could_not_be_told_apart_is_refused(String text, String why) {
        assertThatThrownBy(() -> Databases.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("databases=" + text + ": " + why)
                .hasMessageEndingWith(
                        "write the databases that are synchronized, with the prefix of those that go to database 0: 0,1=one:");
    }

    private static String origin(Databases databases, String key, int database) {
        Databases.Origin origin = databases.originOf(bytes(key), database);
        return origin.database() + " " + new String(origin.key(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
