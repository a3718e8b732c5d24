package io.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.resp.Arguments;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandInfoTest {

    private static final List<Object> FIRST_ARGUMENT = at(1, upTo(0, 1, 0));

    @Test
    void a_server_before_6_0_tells_flags_and_positions() {
        CommandInfo info = one(List.of("tair.mset", -3, List.of("write", "denyoom", "module"), 1, -1, 2));

        assertThat(info.name()).isEqualTo("TAIR.MSET");
        assertThat(info.write()).isTrue();
        assertThat(info.ofModule()).isTrue();
        assertThat(keys(info, "TAIR.MSET a 1 b 2")).containsExactly("a", "b");
    }

    @Test
    void a_command_without_a_key_has_none() {
        assertThat(one(List.of("FT.CREATE", -2, List.of("write", "module"), 0, 0, 0))
                        .keys())
                .isEqualTo(new KeyPositions.None());
    }

    @Test
    void argument_1_is_the_key_where_an_old_server_leaves_it_to_the_module() {
        CommandInfo info = one(List.of("M.SET", -2, List.of("write", "module", "movablekeys"), 0, 0, 0));

        assertThat(keys(info, "M.SET a b c")).containsExactly("a");
    }

    @Test
    void positions_are_taken_where_an_old_server_tells_some_of_the_keys() {
        CommandInfo info = one(List.of("M.SET", -2, List.of("write", "module", "movablekeys"), 2, 2, 1));

        assertThat(keys(info, "M.SET a b c")).containsExactly("b");
    }

    @Test
    void key_specifications_tell_more_than_positions() {
        CommandInfo info = movable(FIRST_ARGUMENT, behind("TO", 3, upTo(-2, 1, 0)), at(2, counted(0, 1, 2)));

        assertThat(keys(info, "M.MOVE a 2 b x c y TO d e f")).containsExactly("a", "d", "e", "b", "c");
        assertThat(info.keys().first(Batches.scanned("M.MOVE a 0"))).isEqualTo(1);
        assertThat(info.keys().single()).isFalse();
    }

    @Test
    void half_of_what_follows_a_word_may_be_keys() {
        CommandInfo info = movable(behind("STREAMS", 1, upTo(-1, 1, 2)));

        assertThat(keys(info, "M.READ COUNT 1 streams a b 0 0")).containsExactly("a", "b");
        assertThat(keys(info, "M.READ COUNT 1")).isEmpty();
        assertThat(info.keys().first(Batches.scanned("M.READ COUNT 1"))).isEqualTo(KeyPositions.NO_KEY);
    }

    @Test
    void a_word_may_be_looked_for_from_the_end() {
        CommandInfo info = movable(behind("KEYS", -2, upTo(-1, 1, 0)));

        assertThat(keys(info, "M.MOVE KEYS x KEYS a b")).containsExactly("a", "b");
    }

    @Test
    void specifications_that_do_not_say_everything_say_nothing() {
        List<Object> unknown = List.of(
                "flags", List.of("RW"),
                "begin_search", List.of("type", "unknown", "spec", List.of()),
                "find_keys", List.of("type", "unknown", "spec", List.of()));
        List<Object> incomplete = new ArrayList<>(FIRST_ARGUMENT);
        incomplete.set(1, List.of("RW", "incomplete"));

        assertThat(movable(FIRST_ARGUMENT, unknown).specs()).isEmpty();
        assertThat(movable(FIRST_ARGUMENT, incomplete).specs()).isEmpty();
        assertThat(movable(at(0, upTo(0, 1, 0))).specs()).isEmpty();
        assertThat(movable(at(1, upTo(0, 0, 0))).specs()).isEmpty();
        assertThat(movable(at(1, counted(-1, 1, 1))).specs()).isEmpty();
        assertThat(movable(behind("TO", 0, upTo(0, 1, 0))).specs()).isEmpty();
    }

    @Test
    void a_channel_is_no_key() {
        List<Object> channel = new ArrayList<>(at(2, upTo(0, 1, 0)));
        channel.set(1, List.of("not_key"));

        assertThat(keys(movable(FIRST_ARGUMENT, channel), "M.SAY a b")).containsExactly("a");
    }

    @Test
    void a_container_has_the_keys_of_its_sub_commands() {
        List<Object> help =
                List.of("m|help", 2, List.of("module"), 0, 0, 0, List.of(), List.of(), List.of(), List.of());
        List<Object> set =
                List.of("m|set", -4, List.of("write", "module"), 2, 2, 1, List.of(), List.of(), List.of(), List.of());
        CommandInfo info =
                one(List.of("M", -2, List.of("module"), 0, 0, 0, List.of(), List.of(), List.of(), List.of(help, set)));

        assertThat(info.write()).isTrue();
        assertThat(keys(info, "M SET a 1")).containsExactly("a");
    }

    @Test
    void numbers_that_no_command_can_reach_do_no_harm() {
        CommandInfo info = movable(at(1, upTo(Integer.MAX_VALUE, Integer.MAX_VALUE, 0)), at(2, counted(0, 1, 1 << 30)));

        assertThat(keys(info, "M.SET a 99999999999 b")).containsExactly("a", "b");
    }

    @Test
    void what_is_no_description_of_a_command_is_passed_over() {
        assertThat(CommandInfo.parse(Replies.of("OK"))).isEmpty();
        assertThat(CommandInfo.parse(Replies.of(List.of("PING", List.of(), List.of("M.SET", 2)))))
                .isEmpty();
        assertThat(one(List.of("M.SET", "x", "y", "z", List.of(), "u")).keys()).isEqualTo(new KeyPositions.None());
    }

    private static CommandInfo one(List<Object> entry) {
        return CommandInfo.parse(Replies.of(List.of(entry))).get(0);
    }

    @SafeVarargs
    private static CommandInfo movable(List<Object>... specs) {
        return one(List.of(
                "M.ANY",
                -2,
                List.of("write", "module", "movablekeys"),
                0,
                0,
                0,
                List.of("@write"),
                List.of(),
                List.of(specs),
                List.of()));
    }

    private static List<Object> at(int index, List<Object> find) {
        return spec(List.of("type", "index", "spec", List.of("index", index)), find);
    }

    private static List<Object> behind(String word, int from, List<Object> find) {
        return spec(List.of("type", "keyword", "spec", List.of("keyword", word, "startfrom", from)), find);
    }

    private static List<Object> spec(List<Object> begin, List<Object> find) {
        return List.of("flags", List.of("RW", "access"), "begin_search", begin, "find_keys", find);
    }

    private static List<Object> upTo(int last, int step, int limit) {
        return List.of("type", "range", "spec", List.of("lastkey", last, "keystep", step, "limit", limit));
    }

    private static List<Object> counted(int counter, int first, int step) {
        return List.of("type", "keynum", "spec", List.of("keynumidx", counter, "firstkey", first, "keystep", step));
    }

    private static List<String> keys(CommandInfo info, String line) {
        Arguments command = Batches.scanned(line);
        List<String> keys = new ArrayList<>();
        info.keys().visit(command, i -> keys.add(command.text(i)));
        return keys;
    }
}
