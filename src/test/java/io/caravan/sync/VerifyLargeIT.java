package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.camel.RouteVerification;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.verify.Difference;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys that are too large to be held are compared by pieces. */
class VerifyLargeIT {

    private static final String ELEMENTS = "180000";

    /** Each of more than 32 MB on both sides together. */
    private static final Map<String, String> SCRIPTS = Map.of(
            "big:string",
            "for i=1,180 do redis.call('APPEND',KEYS[1],string.rep(string.char(65+i%26),100000)) end",
            "big:list",
            "for i=1,ARGV[1] do redis.call('RPUSH',KEYS[1],i..string.rep('x',100)) end",
            "big:hash",
            "for i=1,ARGV[1] do redis.call('HSET',KEYS[1],'f'..i,i..string.rep('x',60)) end",
            "big:set",
            "for i=1,ARGV[1] do redis.call('SADD',KEYS[1],i..string.rep('x',60)) end",
            "big:zset",
            "for i=1,ARGV[1] do redis.call('ZADD',KEYS[1],i..'.5',i..string.rep('x',30)) end",
            "big:stream",
            "for i=1,ARGV[1] do redis.call('XADD',KEYS[1],i..'-1','f',i..string.rep('x',100)) end"
                    + " redis.call('XGROUP','CREATE',KEYS[1],'group','7-1')");

    @EachServer(min = "6.0")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void whatever_their_type_each_difference_is_found_and_repaired(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(program, Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            SCRIPTS.forEach((key, script) -> source.command("EVAL", script, "1", key, ELEMENTS));
            source.command("XREADGROUP", "GROUP", "group", "reader", "COUNT", "1000", "STREAMS", "big:stream", ">");
            source.command("XREADGROUP", "GROUP", "group", "other", "COUNT", "10", "STREAMS", "big:stream", ">");
            source.command("PEXPIREAT", "big:set", "4102444800000");
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                VerifyReport equal = verify(task, false);
                assertThat(equal.isEqual()).as("%s", equal.text()).isTrue();
                assertThat(equal.undecided()).as("%s", equal.text()).isZero();

                spoil(pair.destinationMasters.get(0));

                VerifyReport found = verify(task, false);
                assertThat(found.undecided()).as("%s", found.text()).isZero();
                assertThat(found.differences().stream().collect(Collectors.toMap(Difference::key, VerifyLargeIT::text)))
                        .isEqualTo(Map.of(
                                "big:string", "VALUE a string of other content, from byte 15000000 on",
                                "big:list", "VALUE a list of other content, at element 150000",
                                "big:hash", "VALUE a hash of other content, at 'f179999'",
                                "big:set", "EXPIRY",
                                "big:zset", "VALUE a zset of other content, at '179999" + "x".repeat(30) + "'",
                                "big:stream", "VALUE a stream of other content, at pending entry 900-1"));

                VerifyReport repaired = verify(task, true);
                assertThat(repaired.isEqual()).as("%s", repaired.text()).isTrue();
                assertThat(repaired.repaired()).isEqualTo(SCRIPTS.size());
            }
        }
    }

    /** Before Redis 7.0 the moment of an expiry is reckoned from what is left, and may be a millisecond off. */
    private static String text(Difference difference) {
        return difference.kind() + (difference.kind() == Difference.Kind.EXPIRY ? "" : " " + difference.detail());
    }

    private static void spoil(RedisServer destination) {
        destination.command("SETRANGE", "big:string", "15000000", "y");
        destination.command("LSET", "big:list", "150000", "other");
        destination.command("HDEL", "big:hash", "f179999");
        destination.command("HSET", "big:hash", "f180001", "as many as before");
        destination.command("PERSIST", "big:set");
        destination.command("ZADD", "big:zset", "179999.75", "179999" + "x".repeat(30));
        destination.command("XCLAIM", "big:stream", "group", "other", "0", "900-1", "RETRYCOUNT", "1", "JUSTID");
    }

    @Test
    void those_that_never_stand_still_are_decided_where_that_can_be() throws Exception {
        try (Pair pair = Pair.clusters()) {
            RedisServer list = pair.sourceCluster().nodeForKey(bytes("big:list"));
            RedisServer hash = pair.sourceCluster().nodeForKey(bytes("big:hash"));
            list.command("EVAL", SCRIPTS.get("big:list"), "1", "big:list", ELEMENTS);
            hash.command("EVAL", SCRIPTS.get("big:hash"), "1", "big:hash", ELEMENTS);
            var writing = new AtomicBoolean(true);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                var writer = new Thread(() -> {
                    while (writing.get()) {
                        list.command("RPOPLPUSH", "big:list", "big:list");
                        hash.command("HSET", "big:hash", "f1", "always the same");
                    }
                });
                writer.start();

                VerifyReport report = verify(task, false);

                writing.set(false);
                writer.join();
                assertThat(report.isEqual()).as("%s", report.text()).isTrue();
                assertThat(report.compared()).isEqualTo(2);
                assertThat(report.reasons())
                        .isEqualTo(List.of("big:list: is too large to be held, and was written to each time that it was"
                                + " read by pieces"));

                assertThat(verify(task, false).undecided()).isZero();
            }
        }
    }

    @Test
    void what_the_account_may_not_read_by_pieces_is_told() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            source.command("EVAL", SCRIPTS.get("big:list"), "1", "big:list", ELEMENTS);
            source.command("ACL", "SETUSER", "default", "-lrange");
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);

                VerifyReport report = verify(task, false);

                assertThat(report.reasons())
                        .singleElement()
                        .asString()
                        .contains("big:list: source ", " refused LRANGE: 'NOPERM ");
            }
        }
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.US_ASCII);
    }

    private static VerifyReport verify(RunningTask task, boolean repair) throws IOException {
        return RouteVerification.ofAll(task.context()).get(0).run(VerifySettings.FULL, repair, begun -> {});
    }
}
