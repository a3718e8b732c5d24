package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.Edition;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.Operations.Operation;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OperationsTest {

    @Test
    void every_operation_of_the_seeds_tables_is_run_by_a_client() {
        assertThat(named(spec -> spec.supportedBy(Edition.COMMUNITY))).hasSize(72);
        assertThat(named(spec -> spec.supportedBy(Edition.ENHANCED))).hasSize(70);
        assertThat(Operations.names())
                .containsAll(named(spec -> !spec.editions().isEmpty()));
    }

    @Test
    void every_command_that_writes_and_that_a_server_at_hand_may_know_is_run_by_a_client() {
        assertThat(named(spec -> spec.write() && isKnownHere(spec)).stream()
                        .filter(name -> !Operations.EXCEPTIONS.containsKey(name)))
                .isSubsetOf(Operations.names());
    }

    @Test
    void every_operation_is_in_the_command_table_once_and_is_issued_by_its_client() {
        assertThat(Operations.all()).extracting(Operation::name).doesNotHaveDuplicates();
        assertThat(Operations.all()).allSatisfy(operation -> {
            assertThat(operation.spec().known()).isTrue();
            assertThat(operation.lines())
                    .anyMatch(line ->
                            line.command().toUpperCase(Locale.ROOT).matches("\\Q" + operation.name() + "\\E( .*)?"));
        });
    }

    @Test
    void every_operation_that_can_block_does() {
        Stream<String> blocking = Stream.of(
                "BLMOVE", "BLMPOP", "BLPOP", "BRPOP", "BRPOPLPUSH", "BZMPOP", "BZPOPMAX", "BZPOPMIN", "XREADGROUP");

        assertThat(blocking)
                .allSatisfy(name -> assertThat(Operations.all()).anySatisfy(operation -> {
                    assertThat(operation.name()).isEqualTo(name);
                    assertThat(operation.lines()).anyMatch(line -> line.recipient() == Operations.Recipient.BLOCKING);
                }));
    }

    private static List<String> named(Predicate<CommandSpec> wanted) {
        return CommandTable.standard().all().stream()
                .filter(wanted)
                .map(CommandSpec::name)
                .toList();
    }

    private static boolean isKnownHere(CommandSpec spec) {
        return !spec.since().startsWith("valkey")
                && (spec.since().isEmpty() || ServerProgram.of("7.4.1").atLeast(spec.since()));
    }
}
