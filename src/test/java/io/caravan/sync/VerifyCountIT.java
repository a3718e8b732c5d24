package io.caravan.sync;

import static io.caravan.sync.VerifyIT.settings;
import static io.caravan.sync.VerifyIT.verify;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisServer;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings.Mode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers of keys of both sides are compared: of those that are synchronized, and of no others. */
class VerifyCountIT {

    @Test
    void a_count_says_how_many_keys_there_are() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            pair.sourceMasters.get(0).command("SET", "one", "1");
            task.awaitApplied(pair.sourceMasters);
            assertThat(verify(task, settings(Mode.COUNT, List.of()), false).text())
                    .isEqualTo("equal: 1 keys at the source, 1 at the destination");

            pair.destinationMasters.get(0).command("SET", "two", "2");
            VerifyReport report = verify(task, settings(Mode.COUNT, List.of()), false);
            assertThat(report.isEqual()).isFalse();
            assertThat(report.text()).isEqualTo("DIFFERENT: 1 keys at the source, 2 at the destination");
        }
    }

    @Test
    void a_count_leaves_out_what_caravan_keeps() throws Exception {
        try (Pair pair = Pair.clusters();
                RunningTask task = pair.task().with("heartbeatInterval", "100").start()) {
            task.awaitStreaming();
            try (DeploymentClient source = pair.source.connect()) {
                for (int i = 0; i < 100; i++) {
                    source.call("SET", "key:" + i, "value");
                }
            }
            task.awaitApplied(pair.sourceMasters);
            Await.until(
                    "every node has keys of Caravan's own",
                    Duration.ofSeconds(30),
                    () -> pair.sourceMasters.stream().allMatch(node -> keeps(node, "heartbeat"))
                            && pair.destinationMasters.stream()
                                    .allMatch(node -> keeps(node, "checkpoint") && keeps(node, "watermark")));

            assertThat(verify(task, settings(Mode.COUNT, List.of()), false).text())
                    .isEqualTo("equal: 100 keys at the source, 100 at the destination");
        }
    }

    static boolean keeps(RedisServer node, String what) {
        return !((List<?>) node.command("KEYS", "caravan:" + what + ":*")).isEmpty();
    }

    @Test
    void a_count_is_of_the_databases_that_are_synchronized() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().with("databases", "1,2=two:").start()) {
            task.awaitStreaming();
            for (int database = 0; database < 4; database++) {
                pair.sourceMasters.get(0).command("SELECT", Integer.toString(database));
                for (int i = 0; i <= database; i++) {
                    pair.sourceMasters.get(0).command("SET", "key:" + i, "value");
                }
            }
            task.awaitApplied(pair.sourceMasters);

            assertThat(verify(task, settings(Mode.COUNT, List.of()), false).text())
                    .isEqualTo("equal: 5 keys at the source, 5 at the destination");
        }
    }
}
