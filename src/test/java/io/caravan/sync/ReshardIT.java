package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.node.SlotRanges;
import io.caravan.replication.ShardCounters;
import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.ComparisonReport;
import io.caravan.servers.Dataset;
import io.caravan.servers.Deployment;
import io.caravan.servers.HashSlots;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;

/** Slots of the source go to another shard, and to a new one, while clients write. */
class ReshardIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A route that is stopped without a word of how long that may take gets a minute. */
    private static final Duration SHORTER_THAN_CAMELS = Duration.ofSeconds(45);

    @Test
    void keys_that_change_their_shard_are_neither_lost_nor_doubled() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(61, 1500).fitting("7.0").writeTo(pair.source);
            LoadReport written;
            try (CapturedLog log = CapturedLog.of("io.caravan.camel.RoutePrecheck");
                    Load load = Load.on(pair.source).seed(61).perSecond(3000).start();
                    RunningTask task = pair.task().with("precheck", "true").start()) {
                task.awaitStreaming();
                List<RedisServer> masters = pair.sourceCluster().masters();
                pair.sourceCluster().moveSlots(masters.get(0), masters.get(1), 0, 999);
                awaitShards(task, pair.sourceCluster(), pair.destination);
                assertThat(snapshots(task)).as("no shard takes a snapshot").containsExactly(0L, 0L, 0L);
                RedisServer added = pair.sourceCluster().addMaster();
                pair.sourceCluster().moveSlots(masters.get(2), added, 11_000, 11_499);
                awaitShards(task, pair.sourceCluster(), pair.destination);
                assertThat(snapshots(task)).as("the new shard takes one").containsExactly(0L, 0L, 0L, 1L);
                long more = load.acknowledged() + 3000;
                Await.until("more writes", PATIENCE, load::acknowledged, n -> n > more);
                written = load.stop();
                task.awaitApplied(pair.sourceCluster().masters());
                Await.until("it is swept", PATIENCE, () -> sweepsDue(pair) == 0);
                assertThat(log.lines())
                        .as("a precheck at the start, and none when the route is started again")
                        .filteredOn(line -> line.contains("the precheck is passed"))
                        .hasSize(1);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void slots_that_move_while_no_process_runs_are_noticed_by_the_next_and_may_have_moved_twice() throws Exception {
        try (Pair pair = Pair.clusters()) {
            RedisCluster source = pair.sourceCluster();
            Dataset.everyType(63, 1500).fitting("7.0").writeTo(pair.source);
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(63).perSecond(1500).start()) {
                try (RunningTask before = pair.task().start()) {
                    before.awaitStreaming();
                    before.awaitApplied(source.masters());
                }
                List<RedisServer> masters = source.masters();
                source.moveSlots(masters.get(0), masters.get(1), 0, 499);
                source.moveSlots(masters.get(1), masters.get(2), 300, 499);
                try (RunningTask task = pair.task().start()) {
                    awaitShards(task, source, pair.destination);
                    assertThat(snapshots(task)).as("no shard takes a snapshot").containsExactly(0L, 0L, 0L);
                    written = load.stop();
                    task.awaitApplied(source.masters());
                }
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void slots_that_come_back_while_no_process_runs_are_read_again() throws Exception {
        try (Pair pair = Pair.clusters();
                CapturedLog log = CapturedLog.of("io.caravan.camel.Sweeper")) {
            RedisCluster source = pair.sourceCluster();
            Dataset.everyType(64, 1500).fitting("7.0").writeTo(pair.source);
            try (RunningTask before = pair.task().start()) {
                before.awaitStreaming();
                before.awaitApplied(source.masters());
            }

            thereAndBack(source, 0, 99);
            try (RunningTask task = pair.task().start()) {
                awaitReadAgain(log, "0-99");
                awaitShards(task, source, pair.destination);
                assertThat(snapshots(task)).as("no shard takes a snapshot").containsExactly(0L, 0L, 0L);
                task.awaitApplied(source.masters());
            }

            pair.assertEqual();
        }
    }

    /** Where a snapshot stands in for a shard's stream, only the other shard's stream tells that slots were there. */
    @Test
    void slots_that_come_back_while_no_process_runs_to_a_shard_that_begins_anew_are_as_its_snapshot_has_them()
            throws Exception {
        comeBackWhileNoProcessRuns((destination, owner) -> hasNotEndedItsSnapshot(destination, owner));
    }

    @Test
    void slots_that_come_back_while_no_process_runs_to_a_shard_that_cannot_be_continued_are_as_its_snapshot_has_them()
            throws Exception {
        comeBackWhileNoProcessRuns((destination, owner) -> owner.command("DEBUG", "CHANGE-REPL-ID"));
    }

    /** @param beginsAnew sees to it that the shard that has the slots cannot do otherwise */
    private static void comeBackWhileNoProcessRuns(BiConsumer<RedisServer, RedisServer> beginsAnew) throws Exception {
        try (Pair pair = Pair.clusterToStandard()) {
            RedisCluster source = pair.sourceCluster();
            RedisServer other = source.masters().get(1);
            other.command("CONFIG", "SET", "repl-backlog-size", "64mb");
            try (RunningTask before = pair.task().start()) {
                before.awaitStreaming().awaitApplied(source.masters());
            }
            beginsAnew.accept(pair.destinationMasters.get(0), source.masters().get(0));

            String tag = tagsOf(5461, 5461).iterator().next();
            for (int i = 0; i < 20; i++) { // so that the other stream comes late
                other.command("EVAL", "for i = 1, 2000 do redis.call('RPUSH', KEYS[1], i) end", "1", "long" + tag);
            }
            thereAndBack(source, 0, 99);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(source.masters());
                assertThat(snapshots(task)).containsExactly(0L, 0L, 1L);
                Await.until(
                        "nothing is stale",
                        SHORTER_THAN_CAMELS,
                        () -> task.consumer().mayHaveStaleKeys(),
                        stale -> !stale);
            }

            pair.assertEqual();
        }
    }

    @Test
    void slots_that_come_back_between_two_looks_are_read_again_and_so_by_who_comes_after_a_stop() throws Exception {
        try (Pair pair = Pair.clusters();
                CapturedLog log = CapturedLog.of("io.caravan.camel.Sweeper")) {
            RedisCluster source = pair.sourceCluster();
            Dataset.everyType(65, 1500).fitting("7.0").writeTo(pair.source);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                task.awaitApplied(source.masters());

                thereAndBack(source, 0, 99);
                awaitRecord(pair.destination, " slots=100-5460 ");
            }
            try (RunningTask task = pair.task().start()) {
                awaitReadAgain(log, "0-99");
                awaitShards(task, source, pair.destination);
                task.awaitApplied(source.masters());
            }

            pair.assertEqual();
        }
    }

    @Test
    void slots_that_go_back_as_soon_as_their_move_was_noticed_are_read_again_where_they_are() throws Exception {
        try (Pair pair = Pair.clusters();
                CapturedLog log = CapturedLog.of("io.caravan.camel.RouteRestart")) {
            RedisCluster source = pair.sourceCluster();
            List<RedisServer> masters = source.masters();
            Dataset.everyType(66, 1500).fitting("7.0").writeTo(pair.source);
            change(source, 0, 99, "at first");
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                task.awaitApplied(masters);

                source.moveSlots(masters.get(0), masters.get(1), 0, 99);
                Await.until(
                        "it is noticed", SHORTER_THAN_CAMELS, () -> !log.lines().isEmpty());
                change(source, 0, 99, "there");
                source.moveSlots(masters.get(1), masters.get(0), 0, 99);
                change(source, 0, 99, "back");

                Await.until(
                        "it is noticed, too",
                        SHORTER_THAN_CAMELS,
                        () -> log.lines().size() > 1);
                awaitShards(task, source, pair.destination);
                task.awaitApplied(source.masters());
            }

            pair.assertEqual();
        }
    }

    @Test
    void a_command_in_doubt_whose_key_has_gone_to_another_shard_does_not_hold_the_restart_up() throws Exception {
        try (RedisCluster source = RedisCluster.on(Pair.older()).start();
                RedisCluster destination =
                        RedisCluster.on(Pair.newer()).linked().start();
                RunningTask task =
                        RunningTask.between(source.nodes(), destination.nodes()).start()) {
            task.awaitStreaming();
            byte[] key = "counter".getBytes(StandardCharsets.UTF_8);
            RedisServer from = source.nodeForKey(key);
            RedisServer to = source.masters().stream()
                    .filter(master -> master != from)
                    .findFirst()
                    .orElseThrow();
            destination.masters().forEach(RedisServer::pause);
            double sent = task.meter("caravan.destination.commands");
            from.command("INCR", "counter");
            Await.until("it is sent", PATIENCE, () -> task.meter("caravan.destination.commands") > sent);

            source.moveSlots(from, to, List.of(HashSlots.of(key)));
            destination.servers().forEach(server -> server.link().cut());
            destination.servers().forEach(RedisServer::resume);

            awaitShards(task, source, destination);
            assertThat(snapshots(task)).as("no shard takes a snapshot").containsExactly(0L, 0L, 0L);
            task.awaitApplied(source.masters());
            ComparisonReport report = Comparison.of(source, destination).run();
            assertThat(report.isEqual()).as("%s", report).isTrue();
        }
    }

    @Test
    void where_the_keys_of_a_slot_may_not_be_listed_the_shard_that_got_it_takes_a_snapshot() throws Exception {
        String allButThat = "~* &* +@all -cluster|getkeysinslot";
        try (RedisCluster source = RedisCluster.on(Pair.newer())
                        .user("reader", "secret", allButThat)
                        .start();
                RedisCluster destination = RedisCluster.on(Pair.newer()).start()) {
            Dataset.everyType(62, 500).fitting("7.0").writeTo(source);
            try (Load load = Load.on(source).seed(62).perSecond(500).start();
                    RunningTask task = RunningTask.between(source.nodes(), destination.nodes())
                            .with("source.password", "reader:secret")
                            .start()) {
                task.awaitStreaming();
                List<RedisServer> masters = source.masters();
                source.moveSlots(masters.get(0), masters.get(1), 0, 99);

                awaitShards(task, source, destination);

                assertThat(snapshots(task)).containsExactly(0L, 0L, 1L);
                load.stop();
                task.awaitApplied(source.masters());
                ComparisonReport report = Comparison.of(source, destination).run();
                assertThat(report.isEqual()).as("%s", report).isTrue();
            }
        }
    }

    @Test
    void a_task_that_a_person_stops_while_it_cannot_be_started_again_stays_stopped() throws Exception {
        try (Pair pair = Pair.clusterToStandard();
                var log = CapturedLog.of("io.caravan.camel.RouteRestart");
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            List<RedisServer> masters = pair.sourceCluster().masters();
            pair.destinationMasters.get(0).kill();
            pair.sourceCluster().moveSlots(masters.get(0), masters.get(1), 0, 9);
            awaitLine(log, "could not be started again");

            task.consumer().stopIsWanted();
            task.context().getRouteController().stopRoute("sync");

            awaitLine(log, "is not started again: it was stopped meanwhile");
            assertThat(task.context()
                            .getRouteController()
                            .getRouteStatus("sync")
                            .isStarted())
                    .isFalse();
        }
    }

    @Test
    void nothing_is_sent_by_a_paused_task_that_is_started_again() throws Exception {
        try (Pair pair = Pair.clusters();
                var log = CapturedLog.of("io.caravan.replication.ReplicationSession");
                var source = pair.source.connect();
                var destination = pair.destination.connect();
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            ServiceHelper.suspendService(task.consumer());
            source.call("SET", "key", "value");
            List<RedisServer> masters = pair.sourceCluster().masters();

            pair.sourceCluster().moveSlots(masters.get(0), masters.get(1), 0, 9);
            Await.until(
                    "the task is started again, and paused",
                    SHORTER_THAN_CAMELS,
                    () -> log.lines().stream().anyMatch(line -> line.contains("slots 10-"))
                            && task.consumer().isSuspended());

            assertThat(destination.call("EXISTS", "key")).isEqualTo(0L);
            ServiceHelper.resumeService(task.consumer());
            Await.until("it goes on", SHORTER_THAN_CAMELS, () -> destination.call("GET", "key") != null);
        }
    }

    @Test
    void a_paused_task_that_could_not_be_started_again_sends_when_a_person_starts_it() throws Exception {
        try (Pair pair = Pair.clusterToStandard();
                var log = CapturedLog.of("io.caravan.camel.RouteRestart");
                var source = pair.source.connect();
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            RedisServer destination = pair.destinationMasters.get(0);
            List<RedisServer> masters = pair.sourceCluster().masters();
            ServiceHelper.suspendService(task.consumer());
            destination.kill();
            pair.sourceCluster().moveSlots(masters.get(0), masters.get(1), 0, 9);
            awaitLine(log, "could not be started again");
            task.consumer().stopIsWanted();
            task.context().getRouteController().stopRoute("sync");
            awaitLine(log, "is not started again: it was stopped meanwhile");

            destination.restart();
            task.context().getRouteController().startRoute("sync");
            source.call("SET", "key", "value");

            Await.until("it sends", SHORTER_THAN_CAMELS, () -> destination.command("GET", "key") != null);
        }
    }

    private static void awaitLine(CapturedLog log, String text) {
        Await.until(
                text, SHORTER_THAN_CAMELS, log::lines, lines -> lines.stream().anyMatch(line -> line.contains(text)));
    }

    /** As if the process had been killed then. */
    private static void hasNotEndedItsSnapshot(RedisServer destination, RedisServer master) {
        List<?> records = (List<?>) Objects.requireNonNull(destination.command("HGETALL", "caravan:checkpoint:{sync}"));
        for (int i = 0; i < records.size(); i += 2) {
            String record = text(records.get(i + 1));
            if (record.contains("source=" + master.host() + ":" + master.port() + " ")) {
                destination.command(
                        "HSET",
                        "caravan:checkpoint:{sync}",
                        text(records.get(i)),
                        record.replace("phase=STREAM", "phase=SNAPSHOT"));
            }
        }
    }

    private static String text(Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
    }

    /** Every key of the slots is changed where it is meanwhile, and once more when it is back. */
    private static void thereAndBack(RedisCluster source, int first, int last) {
        List<RedisServer> masters = source.masters();
        source.moveSlots(masters.get(0), masters.get(1), first, last);
        change(source, first, last, "there");
        source.moveSlots(masters.get(1), masters.get(0), first, last);
        change(source, first, last, "back");
    }

    private static void change(RedisCluster source, int first, int last, String where) {
        try (var client = source.connect()) {
            for (String tag : tagsOf(first, last)) {
                client.call("SET", "last" + tag, where);
                client.call("INCR", "count" + tag);
                client.call("RPUSH", "list" + tag, where);
                client.call("RENAME", "count" + tag, "counted " + where + tag);
            }
        }
    }

    /** One for each slot. */
    private static Collection<String> tagsOf(int first, int last) {
        Map<Integer, String> tags = new TreeMap<>();
        for (int number = 0; tags.size() <= last - first; number++) {
            String tag = "{" + number + "}";
            int slot = HashSlots.of(tag.getBytes(StandardCharsets.UTF_8));
            if (slot >= first && slot <= last) {
                tags.put(slot, tag);
            }
        }
        return tags.values();
    }

    private static void awaitReadAgain(CapturedLog log, String slots) {
        Await.until(
                "slots " + slots + " are read again",
                SHORTER_THAN_CAMELS,
                log::lines,
                lines -> lines.stream().anyMatch(line -> line.contains("has got slots " + slots + ";")));
    }

    private static void awaitRecord(Deployment destination, String text) {
        Await.until(
                "a record with" + text,
                SHORTER_THAN_CAMELS,
                () -> checkpoints(destination),
                records -> records.stream().anyMatch(record -> record.contains(text)));
    }

    private static List<Long> snapshots(RunningTask task) {
        return task.counters().stream()
                .map(ShardCounters::fullResynchronizations)
                .sorted()
                .toList();
    }

    /** Waits until the task streams from every master, and its records say which slots these serve now. */
    private static void awaitShards(RunningTask task, RedisCluster source, Deployment destination) {
        for (RedisServer master : source.masters()) {
            List<String> slots = slotsOf(source, master);
            Await.until(
                    "a record of " + master + " with slots " + slots,
                    SHORTER_THAN_CAMELS,
                    () -> checkpoints(destination).stream()
                            .anyMatch(record -> record.contains("source=" + master.host() + ":" + master.port() + " ")
                                    && record.contains("phase=STREAM")
                                    && slots.stream().allMatch(record::contains)));
        }
    }

    private static List<String> slotsOf(RedisCluster source, RedisServer master) {
        var slots = new BitSet();
        source.slotsOf(master).forEach(slots::set);
        return List.of(" slots=" + SlotRanges.text(slots).replaceAll("\\s", "") + " ");
    }

    private static long sweepsDue(Pair pair) {
        return checkpoints(pair.destination).stream()
                .filter(record -> record.contains("sweep=DUE"))
                .count();
    }

    private static List<String> checkpoints(Deployment destination) {
        try (var client = destination.connect()) {
            return ((List<?>) client.call("HVALS", "caravan:checkpoint:{sync}"))
                    .stream().map(String::valueOf).toList();
        }
    }
}
