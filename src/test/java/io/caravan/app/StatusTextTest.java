package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.junit.jupiter.api.Test;

/** What {@code status} says of a task, from what the management API has said. */
class StatusTextTest {

    @Test
    void a_task_that_reads_from_replicas_names_them_and_their_masters() {
        JsonObject task = task(shard("10.0.0.2:7000", "10.0.0.1:7000"), shard("10.0.0.3:7000", "10.0.0.3:7000"));

        assertThat(StatusText.block(task)).contains("  read from 10.0.0.2:7000 (replica of 10.0.0.1:7000)");
    }

    @Test
    void a_task_that_reads_from_masters_does_not_say_so() {
        JsonObject task = task(shard("10.0.0.1:7000", "10.0.0.1:7000"));

        assertThat(StatusText.block(task)).noneMatch(line -> line.contains("read from"));
    }

    @Test
    void keys_that_are_put_right_beside_the_streams_are_told() {
        JsonObject task = task(shard("10.0.0.1:7000", "10.0.0.1:7000"));
        task.put("staleSlots", 100);

        assertThat(StatusText.block(task)).contains("  keys of 100 slots are being put right at the destination");
        assertThat(StatusText.line(task)).contains(", keys of 100 slots are being put right at the destination");
    }

    private static JsonObject task(JsonObject... shards) {
        var task = new JsonObject();
        task.put("since", "2026-01-01T00:00:00Z");
        task.put("shards", new JsonArray(List.of(shards)));
        return task;
    }

    private static JsonObject shard(String node, String master) {
        var shard = new JsonObject();
        shard.put("node", node);
        shard.put("master", master);
        return shard;
    }
}
