package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Edition;
import io.caravan.servers.Comparison;
import io.caravan.servers.Difference;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.Operations.Operation;
import io.caravan.transform.SupportedCommands;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every operation, run by clients of the source while a task runs: source and destination are equal behind it. */
class OperationsIT {

    private static final Integer[] DATABASES = {0, 1, 3, 5, 6, 7};

    /** What is left behind by operations that an edition leaves out is a key that differs, but for these. */
    private static final Set<String> WITHOUT_A_KEY = Set.of("SPUBLISH");

    @EachServer(min = "4.0")
    void every_operation_on_a_standard_server_leaves_another_equal(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(program, newerThan(program))) {
            assertEqualBehindEveryOperation(pair, DATABASES);
        }
    }

    @Test
    void every_operation_on_a_standard_server_leaves_a_cluster_equal() throws Exception {
        try (Pair pair = Pair.standardToCluster()) {
            assertEqualBehindEveryOperation(pair, 0);
        }
    }

    @Test
    void every_operation_on_a_cluster_leaves_another_equal() throws Exception {
        try (Pair pair = Pair.clusters()) {
            assertEqualBehindEveryOperation(pair, 0);
        }
    }

    @Test
    void a_cluster_is_equal_to_the_one_database_of_a_standard_server_that_is_selected() throws Exception {
        try (Pair pair = Pair.standardToCluster()) {
            assertSelectedEqual(pair, 0);
        }
    }

    @Test
    void databases_that_are_not_selected_are_left_alone_and_the_others_are_equal() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer destination = pair.destinationMasters.get(0);
            try (RespClient another = destination.client()) {
                another.pipeline(List.of(Request.of("SELECT", 5), Request.of("SET", "of another", "v")));
            }

            assertSelectedEqual(pair, 0, 1);

            assertThat(destination.info("keyspace", "db5")).startsWith("keys=1,");
            assertThat(destination.info("keyspace", "db3")).isEmpty();
            assertThat(destination.info("keyspace", "db6")).isEmpty();
        }
    }

    @Test
    void a_swap_with_a_database_that_is_not_selected_stops_the_shard() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task()
                        .with("databases", "0")
                        .with("camel.component.redis-replication.drain-timeout", "100") // it is never applied
                        .with("camel.main.shutdown-timeout", "1")
                        .start()) {
            task.awaitStreaming();

            pair.sourceMasters.get(0).command("SWAPDB", "0", "1");

            task.awaitProblem("swaps databases 0 and 1, of which not both are synchronized");
        }
    }

    @EachServer(min = "4.0")
    void the_community_edition_has_the_operations_of_its_table_and_no_others(ServerProgram program) throws Exception {
        assertExactly(Edition.COMMUNITY, program);
    }

    @EachServer(min = "4.0")
    void the_enhanced_edition_has_the_operations_of_its_table_and_no_others(ServerProgram program) throws Exception {
        assertExactly(Edition.ENHANCED, program);
    }

    @EachServer(min = "4.0")
    void every_write_command_of_a_server_has_an_operation(ServerProgram program) {
        try (RedisServer server = RedisServer.start(program)) {
            Set<String> lacking = OperationClients.commands(server, flags -> flags.contains("write"));
            lacking.removeAll(Operations.names());
            lacking.removeAll(Operations.EXCEPTIONS.keySet());

            assertThat(lacking).isEmpty();
        }
    }

    private static ServerProgram newerThan(ServerProgram program) {
        return program.atLeast(Pair.newer().version().toString()) ? program : Pair.newer();
    }

    private static void assertEqualBehindEveryOperation(Pair pair, Integer... databases) throws Exception {
        try (RedisServer spare = RedisServer.start(pair.sourceMasters.get(0).program());
                var clients = new OperationClients(pair.sourceMasters, databases.length > 1, spare);
                var subscribers = new OperationSubscribers(pair);
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();

            clients.run(Operations.all());

            task.awaitApplied(pair.sourceMasters);
            assertThat(differences(pair, databases)).isEmpty();
            assertThat(task.refused()).isEmpty();
            subscribers.assertServed(clients.done());
            System.out.printf(
                    "%s to %s: %d operations%n",
                    pair.source, pair.destination, clients.done().size());
        }
    }

    /** Operations reach into other databases, but the task is about these. */
    private static void assertSelectedEqual(Pair pair, Integer... databases) throws Exception {
        try (RedisServer spare = RedisServer.start(pair.sourceMasters.get(0).program());
                var clients = new OperationClients(pair.sourceMasters, true, spare);
                RunningTask task = pair.task()
                        .with("databases", List.of(databases).toString().replaceAll("[^0-9,]", ""))
                        .start()) {
            task.awaitStreaming();

            clients.run(Operations.all());

            task.awaitApplied(pair.sourceMasters);
            assertThat(differences(pair, databases)).isEmpty();
            assertThat(task.refused()).isEmpty();
        }
    }

    private static void assertExactly(Edition edition, ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(program, newerThan(program));
                RedisServer spare = RedisServer.start(program);
                var clients = new OperationClients(pair.sourceMasters, true, spare);
                var subscribers = new OperationSubscribers(pair);
                RunningTask task = pair.task()
                        .with("edition", edition.toString())
                        .with("unsupported", "skip")
                        .start()) {
            task.awaitStreaming();

            clients.run(Operations.all());

            task.awaitApplied(pair.sourceMasters);
            List<Operation> leftOut = clients.done().stream()
                    .filter(operation -> operation.isLeftOut(edition, program))
                    .toList();
            assertThat(operationsOf(differences(pair, DATABASES)))
                    .as("operations that are left out")
                    .isEqualTo(withKeys(leftOut));
            Set<String> counted = counts(task);
            assertThat(leftOut)
                    .as("counted are %s", counted)
                    .allMatch(operation -> operation.names().stream().anyMatch(counted::contains));
            subscribers.assertServed(clients.done().stream()
                    .filter(operation -> !leftOut.contains(operation))
                    .toList());
        }
    }

    private static List<Difference> differences(Pair pair, Integer... databases) {
        return Comparison.of(pair.source, pair.destination)
                .databases(databases)
                .limit(1000)
                .run()
                .differences();
    }

    /** A key's name begins with that of its operation. */
    private static Set<String> operationsOf(List<Difference> differences) {
        return differences.stream()
                .map(Difference::key)
                .map(key -> key.isEmpty()
                        ? "FUNCTION"
                        : key.substring(0, key.indexOf(':')).toUpperCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> withKeys(List<Operation> operations) {
        return operations.stream()
                .map(Operation::name)
                .filter(name -> !WITHOUT_A_KEY.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> counts(RunningTask task) {
        return task.context()
                .getRegistry()
                .lookupByNameAndType("supportedCommands", SupportedCommands.class)
                .counts()
                .keySet();
    }
}
