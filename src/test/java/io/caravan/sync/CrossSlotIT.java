package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.ServerProgram;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands of a standard server whose keys lie in different slots of the destination. */
class CrossSlotIT {

    private static final int COMMANDS = Integer.getInteger("caravan.cross.slot.commands", 100_000);

    @Test
    void commands_on_keys_of_different_slots_leave_both_sides_equal() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                DeploymentClient client = pair.source.connect();
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();

            new CrossSlotLoad(41).run(client, COMMANDS);

            task.awaitApplied(pair.sourceMasters);
            pair.assertEqual();
            System.out.printf(
                    "%,d commands, %,.0f readings of keys, %,.0f saved%n",
                    COMMANDS, task.meter("caravan.refresh.readings"), task.meter("caravan.refresh.saved.readings"));
            assertThat(task.meter("caravan.refresh.readings")).isPositive();
            assertThat(task.meter("caravan.refresh.waiting")).isZero();
        }
    }

    @EachServer(min = "4.0")
    void so_they_do_from_every_version(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standardToCluster(program);
                DeploymentClient client = pair.source.connect();
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();

            new CrossSlotLoad(42).run(client, 5000);

            task.awaitApplied(pair.sourceMasters);
            pair.assertEqual();
        }
    }

    @Test
    void pairs_too_large_for_memory_that_would_have_to_be_divided_name_its_limit() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                DeploymentClient client = pair.source.connect();
                RunningTask task = pair.task().with("memoryLimit", "8MB").start()) {
            task.awaitStreaming();
            client.call("MSET", "a", "x".repeat(3_000_000), "b", "v");

            task.awaitProblem("raise memoryLimit");
        }
    }

    @Test
    void other_commands_too_large_for_memory_leave_both_sides_equal() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                DeploymentClient client = pair.source.connect();
                RunningTask task = pair.task().with("memoryLimit", "8MB").start()) {
            task.awaitStreaming();
            List<String> removal = new ArrayList<>(List.of("UNLINK"));
            for (int i = 0; i < 300; i++) {
                String key = i + "x".repeat(10_000);
                client.call("SET", key, "v");
                removal.add(key);
            }
            client.call("MSET", "{a}1", "x".repeat(3_000_000), "{a}2", "v");
            client.call(removal.toArray(String[]::new));

            task.awaitApplied(pair.sourceMasters);

            pair.assertEqual();
            assertThat(task.meter("caravan.replication.large.commands")).isEqualTo(2);
            assertThat(task.meter("caravan.refresh.readings")).isEqualTo(300);
        }
    }

    @Test
    void a_message_to_subscribers_is_delivered_once() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                DeploymentClient client = pair.source.connect();
                Subscriber subscriber = Subscriber.of(pair.destinationMasters.get(1), "channel");
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();

            client.call("PUBLISH", "channel", "first");
            client.call(Request.transaction(List.of(
                    Request.of("SET", "a", "1"),
                    Request.of("SET", "b", "1"),
                    Request.of("PUBLISH", "channel", "second"))));
            client.call("PUBLISH", "channel", "last");

            assertThat(subscriber.messagesUntil("last")).containsExactly("first", "second", "last");
            task.awaitApplied(pair.sourceMasters);
            pair.assertEqual();
        }
    }

    @Test
    void a_key_that_is_written_all_the_time_is_read_once_in_an_interval() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                DeploymentClient client = pair.source.connect();
                RunningTask task = pair.task()
                        .with("camel.component.redis-cluster.refresh-interval", "200")
                        .start()) {
            task.awaitStreaming();
            RedisServer source = pair.sourceMasters.get(0);
            source.command("RPUSH", "a", "x");

            long began = System.nanoTime();
            for (int i = 0; i < 5000; i++) {
                client.call("RPOPLPUSH", "a", "b");
                client.call("RPOPLPUSH", "b", "a");
            }
            task.awaitApplied(pair.sourceMasters);
            double seconds = (System.nanoTime() - began) / 1e9;

            pair.assertEqual();
            assertThat(task.meter("caravan.refresh.readings")).isLessThanOrEqualTo(2 * (seconds / 0.2 + 2));
        }
    }
}
