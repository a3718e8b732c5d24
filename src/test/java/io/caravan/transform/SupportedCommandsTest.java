package io.caravan.transform;

import static io.caravan.command.Batches.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.CapturedLog;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.FakeShard;
import io.caravan.command.Replies;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SupportedCommandsTest {

    private static final FakeShard WITH_MODULE = new FakeShard()
            .knowing(CommandTable.standard()
                    .with(Replies.of(List.of(List.of("bf.add", 3, List.of("write", "module"), 1, 1, 1)))));

    private final SupportedCommands supported = new SupportedCommands();

    @Test
    void unless_told_otherwise_everything_known_passes_and_nothing_is_lost() throws Exception {
        assertThat(judged("SET a 1", "XADD s 1-1 f v", "MODULE.CMD x"))
                .containsExactly("SET a 1", "XADD s 1-1 f v", "MODULE.CMD x");
        assertThat(supported.counts()).isEqualTo(Map.of("MODULE.CMD", 1L));
    }

    @Test
    void an_operation_outside_the_table_is_skipped_and_counted() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");

        assertThat(judged("SET a 1", "XADD s 1-1 f v", "xadd s 1-2 f v", "COPY a b", "DEL a"))
                .containsExactly("SET a 1", "DEL a");
        assertThat(supported.counts()).isEqualTo(Map.of("COPY", 1L, "XADD", 2L));
    }

    @Test
    void an_operation_outside_the_table_is_forwarded_and_counted() throws Exception {
        supported.setEdition("enhanced");
        supported.setUnsupported("forward");

        assertThat(judged("SWAPDB 0 1", "SET a 1")).containsExactly("SWAPDB 0 1", "SET a 1");
        assertThat(supported.counts()).isEqualTo(Map.of("SWAPDB", 1L));
    }

    @Test
    void an_operation_outside_the_table_is_rejected_with_what_to_do() {
        supported.setEdition("community");
        supported.setUnsupported("reject");
        CommandBatch batch = Batches.stream("SET a 1", "COPY a b", "XADD s 1-1 f v");

        assertThatThrownBy(() -> supported.process(batch))
                .isInstanceOf(UnsupportedCommandException.class)
                .hasMessage("COPY at offset " + batch.endOffset(1)
                        + " of source 10.0.0.1:7000 is not in the table of the community edition; let it be skipped or"
                        + " forwarded (property 'unsupported'), or choose another edition");
    }

    @Test
    void editions_differ_in_restore_and_swapdb() throws Exception {
        supported.setUnsupported("skip");
        supported.setEdition("community");
        assertThat(judged("RESTORE a 0 x", "SWAPDB 0 1")).hasSize(2);

        supported.setEdition("Enhanced");
        assertThat(judged("RESTORE a 0 x", "SWAPDB 0 1")).isEmpty();
    }

    @Test
    void a_snapshot_is_not_judged() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");
        CommandBatch snapshot = Batches.snapshot("XADD s 1-1 f v", "HPEXPIREAT h 1 FIELDS 1 f");

        supported.process(snapshot);

        assertThat(snapshot).hasSize(2);
        assertThat(supported.counts()).isEmpty();
    }

    @Test
    void brackets_of_transactions_always_pass() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");

        assertThat(judged("MULTI", "COPY a b", "EXEC")).containsExactly("MULTI", "EXEC");
    }

    @Test
    void commands_of_caravans_own_always_pass() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");

        assertThat(judged("CARAVAN.REFRESH a", "CARAVAN.REFUSE RESTORE why a"))
                .containsExactly("CARAVAN.REFRESH a", "CARAVAN.REFUSE RESTORE why a");
    }

    @Test
    void forms_in_which_a_listed_operation_travels_pass() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");

        assertThat(judged(
                        "HSETEX h KEEPTTL FIELDS 1 f -1.5", // HINCRBYFLOAT in Redis 8
                        "HSETEX h PXAT 4102444800000 FIELDS 1 f 2", // HINCRBY in Valkey 9
                        "SCRIPT LOAD x", // EVALSHA
                        "PFCOUNT hll", // PFADD's counter written back
                        "UNLINK a"))
                .hasSize(5);
        assertThat(supported.counts()).isEmpty();
    }

    @Test
    void other_uses_of_those_commands_are_judged_by_their_name() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");

        assertThat(judged(
                        "HSETEX h EX 10 FIELDS 1 f 1",
                        "HSETEX h KEEPTTL FIELDS 1 f v",
                        "HSETEX h KEEPTTL FIELDS 2 f 1 g 2",
                        "HSETEX h",
                        "LMOVE a b RIGHT LEFT",
                        "SCRIPT FLUSH"))
                .isEmpty();
        assertThat(supported.counts()).isEqualTo(Map.of("HSETEX", 4L, "LMOVE", 1L, "SCRIPT", 1L));
    }

    @Test
    void an_increment_of_valkey_is_none_where_the_source_is_redis() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");
        String increment = "HSETEX h PXAT 4102444800000 FIELDS 1 f 2";

        assertThat(judged(of("redis", "8.6.3"), increment)).isEmpty();
        assertThat(judged(of("valkey", "9.1.2"), increment)).hasSize(1);
    }

    @Test
    void what_servers_say_to_each_other_while_slots_move_is_no_operation() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("reject");

        assertThat(judged("RESTORE-ASKING a 0 x", "CLUSTER SYNCSLOTS CONF x", "TRIMSLOTS RANGES 1 0 5"))
                .hasSize(3);
        assertThat(supported.counts()).isEmpty();
    }

    @Test
    void the_community_edition_lists_swapdb_and_unlink_for_redis_4_only() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("skip");

        assertThat(judged(of("redis", "4.0.14"), "SWAPDB 0 1", "UNLINK a b", "UNLINK a"))
                .hasSize(3);
        assertThat(judged(new FakeShard(), "SWAPDB 0 1", "UNLINK a b", "UNLINK a"))
                .as("of a source that does not tell its version")
                .hasSize(3);
        assertThat(supported.counts()).isEmpty();

        assertThat(judged(of("redis", "5.0.14"), "SWAPDB 0 1", "UNLINK a b")).isEmpty();
        assertThat(supported.counts()).isEqualTo(Map.of("SWAPDB", 1L, "UNLINK", 1L));
    }

    @Test
    void unlink_of_one_key_is_sent_on_since_the_key_may_have_expired() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("reject");

        try (var log = CapturedLog.of(SupportedCommands.class.getName())) {
            assertThat(judged(of("valkey", "8.0.1"), "UNLINK a", "UNLINK b")).containsExactly("UNLINK a", "UNLINK b");

            assertThat(supported.counts()).isEqualTo(Map.of("UNLINK", 2L));
            assertThat(log.lines())
                    .containsExactly(
                            "WARN UNLINK (source 10.0.0.1:7000, offset 1023) is in the table of the community edition"
                                    + " for sources of Redis 4.0 only, and this is Valkey 8.0.1; it and all later ones are rejected if"
                                    + " they name several keys, but sent on if they name one, since that may be a key that has"
                                    + " expired; choose edition=all to delete what clients unlink");
        }
    }

    @Test
    void the_enhanced_edition_lists_unlink_for_every_version() throws Exception {
        supported.setEdition("enhanced");
        supported.setUnsupported("skip");

        assertThat(judged(of("redis", "5.0.14"), "UNLINK a b")).hasSize(1);
        assertThat(supported.counts()).isEmpty();
    }

    private static FakeShard of(String product, String version) {
        return new FakeShard().ofVersion(product, version);
    }

    @Test
    void what_only_the_server_describes_passes_the_edition_all_and_is_counted() throws Exception {
        supported.setUnsupported("reject");
        supported.setUnknownCommands("reject");

        assertThat(judged(WITH_MODULE, "SET a 1", "BF.ADD a b")).containsExactly("SET a 1", "BF.ADD a b");
        assertThat(supported.counts()).isEqualTo(Map.of("BF.ADD", 1L));
    }

    @Test
    void what_only_the_server_describes_is_unsupported_by_the_other_editions() throws Exception {
        supported.setEdition("enhanced");
        supported.setUnsupported("skip");
        supported.setUnknownCommands("forward");

        assertThat(judged(WITH_MODULE, "SET a 1", "BF.ADD a b")).containsExactly("SET a 1");
    }

    @Test
    void what_nobody_knows_has_a_decision_of_its_own() throws Exception {
        supported.setEdition("community");
        supported.setUnsupported("forward");
        supported.setUnknownCommands("skip");

        assertThat(judged("SET a 1", "COPY a b", "CF.ADD a b")).containsExactly("SET a 1", "COPY a b");
        assertThat(supported.counts()).isEqualTo(Map.of("COPY", 1L, "CF.ADD", 1L));
    }

    @Test
    void what_nobody_knows_is_rejected_with_what_to_do() {
        supported.setUnknownCommands("reject");
        CommandBatch batch = Batches.stream("SET a 1", "CF.ADD a b");

        assertThatThrownBy(() -> supported.process(batch))
                .isInstanceOf(UnsupportedCommandException.class)
                .hasMessage("CF.ADD at offset " + batch.endOffset(1)
                        + " of source 10.0.0.1:7000 is known neither to Caravan nor to a server that it may ask; grant the"
                        + " source's user +command so that the source can tell where its keys are, or let it be skipped or"
                        + " forwarded (property 'unknownCommands')");
    }

    @Test
    void what_nobody_knows_is_unsupported_unless_told_otherwise() throws Exception {
        supported.setUnsupported("skip");
        supported.setUnknownCommands(" ");

        assertThat(judged("SET a 1", "CF.ADD a b")).containsExactly("SET a 1");
    }

    @Test
    void what_is_no_edition_or_decision_is_refused() {
        assertThatThrownBy(() -> supported.setEdition("tair")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> supported.setUnsupported("ignore"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'ignore' says not what becomes of unsupported commands; write reject, skip or forward");
        assertThatThrownBy(() -> supported.setUnknownCommands("ignore"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'ignore' says not what becomes of unknown commands; write reject, skip or forward");
        assertThatCode(() -> supported.setUnsupported(" Skip ")).doesNotThrowAnyException();
    }

    @Test
    void what_was_set_can_be_read() {
        supported.setEdition("community");
        supported.setUnsupported("reject");
        supported.setUnknownCommands("skip");

        assertThat(supported.getEdition()).isEqualTo("community");
        assertThat(supported.getUnsupported()).isEqualTo("reject");
        assertThat(supported.getUnknownCommands()).isEqualTo("skip");
    }

    private List<String> judged(String... lines) throws Exception {
        return judged(new FakeShard(), lines);
    }

    private List<String> judged(FakeShard shard, String... lines) throws Exception {
        CommandBatch batch = Batches.stream(shard, 0, 1000, lines);
        supported.process(batch);
        return texts(batch);
    }
}
