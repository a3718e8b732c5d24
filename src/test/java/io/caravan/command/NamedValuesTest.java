package io.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Values that people write or read by name: editions, groups, origins, reserved keys. */
class NamedValuesTest {

    @Test
    void an_edition_is_named_in_any_case() {
        assertThat(Edition.of("Community")).isEqualTo(Edition.COMMUNITY);
        assertThat(Edition.of(" ENHANCED ")).isEqualTo(Edition.ENHANCED);
        assertThat(Edition.ALL).hasToString("all");
    }

    @Test
    void a_name_that_is_no_edition_is_answered_with_those_that_are() {
        assertThatThrownBy(() -> Edition.of("tair"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'tair' is no edition; the editions are community, enhanced and all");
    }

    @Test
    void a_group_is_named_as_in_the_documentation_of_redis() {
        assertThat(CommandGroup.of("sorted-set")).isEqualTo(CommandGroup.SORTED_SET);
        assertThat(CommandGroup.of("LIST")).isEqualTo(CommandGroup.LIST);
        assertThat(CommandGroup.SORTED_SET.label()).isEqualTo("sorted-set");
    }

    @Test
    void a_name_that_is_no_group_is_answered_with_those_that_are() {
        assertThatThrownBy(() -> CommandGroup.of("lists"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'lists' is no command group; the groups are array, bitmap, cluster,");
    }

    @Test
    void an_origin_shows_shard_phase_number_and_offsets() {
        assertThat(new BatchOrigin(new FakeShard("[::1]:7000"), Phase.SNAPSHOT, "id", 3, 4711, 4711, 0))
                .hasToString("[::1]:7000 SNAPSHOT #3, offsets 4711 to 4711");
    }

    @Test
    void a_batch_out_of_turn_says_which_steps_do_such_a_thing() {
        assertThat(new OutOfOrderException(Batches.stream("DEL a").origin()))
                .hasMessageContaining(
                        "batch 10.0.0.1:7000 STREAM #0, offsets 1000 to 1020 reached the destination out of turn")
                .hasMessageContaining("seda:")
                .hasMessageContaining("multicast")
                .hasMessageContaining("parallel split");
    }

    @Test
    void keys_that_caravan_keeps_for_itself_are_known_by_their_beginning() {
        assertThat(reserved("caravan:checkpoint:{task}")).isTrue();
        assertThat(reserved("caravan:")).isTrue();
        assertThat(reserved("caravan")).isFalse();
        assertThat(reserved("caravans:x")).isFalse();
        assertThat(reserved("")).isFalse();
    }

    private static boolean reserved(String key) {
        byte[] bytes = ("<" + key + ">").getBytes(UTF_8);
        return ReservedKeys.contain(bytes, 1, bytes.length - 2);
    }
}
