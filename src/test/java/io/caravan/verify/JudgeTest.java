package io.caravan.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.NodeAddress;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.DumpPayload;
import io.caravan.rdb.RdbDialect;
import io.caravan.resp.Reply;
import io.caravan.verify.KeyMapping.Pair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * What is said of a key that the source shows as {@code a} whenever it is read, and the destination as {@code b}: that is how a key
 * looks that changes to and fro, if one reads it at the wrong moments.
 */
class JudgeTest {

    private static final NodeAddress NODE = NodeAddress.parse("127.0.0.1:7000");
    private static final long PATIENCE = Duration.ofSeconds(5).toNanos();

    /** Keys that clients of the source write to all the time. */
    private Predicate<String> touched = key -> false;

    private boolean watchPermitted = true;
    private long sourceExpiresAt = -1;
    private boolean destinationHasIt = true;

    @Test
    void a_key_that_nobody_touches_differs() throws IOException {
        Judge.Verdicts verdicts = judge("quiet");

        assertThat(verdicts.different())
                .singleElement()
                .satisfies(verdict -> assertThat(verdict.found().kind()).isEqualTo(Difference.Kind.VALUE));
        assertThat(verdicts.undecided()).isEmpty();
    }

    @Test
    void a_key_that_changes_to_and_fro_is_never_said_to_differ() throws IOException {
        touched = "busy"::equals;

        Judge.Verdicts verdicts = judge("busy");

        assertThat(verdicts.different()).isEmpty();
        assertThat(verdicts.undecided()).hasSize(1);
    }

    @Test
    void a_busy_key_does_not_hide_quiet_ones() throws IOException {
        touched = "busy"::equals;

        Judge.Verdicts verdicts = judge("one", "busy", "two", "three");

        assertThat(verdicts.different())
                .extracting(verdict -> name(verdict.pair()))
                .containsExactlyInAnyOrder("one", "two", "three");
        assertThat(verdicts.undecided()).extracting(JudgeTest::name).containsExactly("busy");
    }

    @Test
    void an_account_that_may_not_watch_finds_differences_too() throws IOException {
        watchPermitted = false;

        assertThat(judge("quiet").different()).hasSize(1);
    }

    @Test
    void a_key_that_is_about_to_expire_is_waited_for() throws IOException {
        destinationHasIt = false;
        sourceExpiresAt = System.currentTimeMillis() + 300;

        Judge.Verdicts verdicts = judge("ending");

        assertThat(verdicts.different()).isEmpty();
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(sourceExpiresAt);
    }

    private static String name(Pair pair) {
        return new String(pair.source().key(), StandardCharsets.UTF_8);
    }

    private Judge.Verdicts judge(String... keys) throws IOException {
        Deployment source = Deployment.of("source", List.of(NODE), node -> new Server(true));
        Deployment destination = Deployment.of("destination", List.of(NODE), node -> new Server(false));
        try (var there = new SideReader(source, true, PATIENCE);
                var here = new SideReader(destination, true, PATIENCE)) {
            var judge = new Judge(
                    there,
                    here,
                    new ValueComparison(DecodeTarget.of(RdbDialect.Fork.REDIS, 7, 0, 0), 1000),
                    new Arrival(source, destination, master -> OptionalLong.of(1), PATIENCE),
                    true);
            List<Pair> pairs = new ArrayList<>();
            for (String key : keys) {
                var place = new Place(0, key.getBytes(StandardCharsets.UTF_8));
                pairs.add(new Pair(place, place));
            }
            return judge.judge(pairs);
        }
    }

    /** A server, as far as a verification asks it: with a state of its own for what is watched and queued. */
    private final class Server implements Connector.Connection {

        private final boolean source;
        private boolean dirty;
        private boolean queueing;
        private final List<Reply> queued = new ArrayList<>();

        private Server(boolean source) {
            this.source = source;
        }

        @Override
        public Connector.Answers send(List<List<byte[]>> commands) {
            List<Reply> replies = new ArrayList<>();
            for (List<byte[]> command : commands) {
                replies.add(answer(command));
            }
            return () -> replies;
        }

        private Reply answer(List<byte[]> command) {
            String name = new String(command.get(0), StandardCharsets.US_ASCII);
            if (name.equals("EXEC")) {
                Reply executed = dirty ? new Reply.Nothing() : new Reply.Elements(queued);
                dirty = false;
                queueing = false;
                queued.clear();
                return executed;
            }
            if (name.equals("MULTI")) {
                queueing = true;
                return new Reply.Status("OK");
            }
            String key = command.size() > 1 ? new String(command.get(1), StandardCharsets.UTF_8) : "";
            Reply reply = answer(name, key);
            if (queueing) {
                queued.add(reply);
                return new Reply.Status("QUEUED");
            }
            return reply;
        }

        private Reply answer(String name, String key) {
            switch (name) {
                case "INFO":
                    return new Reply.Bulk("redis_version:7.0.15\r\nrun_id:1\r\nrole:master\r\ncluster_enabled:0\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                case "WATCH":
                    if (!watchPermitted) {
                        return new Reply.Failure("NOPERM this user has no permissions to run the 'watch' command");
                    }
                    dirty |= touched.test(key);
                    return new Reply.Status("OK");
                case "DUMP":
                    return source ? sourceDump() : destinationHasIt ? new Reply.Bulk(dump('b')) : new Reply.Nothing();
                case "PEXPIRETIME":
                    return new Reply.Number(source ? sourceExpiresAt : -1);
                case "ROLE":
                    return new Reply.Elements(List.of(new Reply.Status("master"), new Reply.Number(1)));
                default:
                    throw new AssertionError("nobody should ask " + name);
            }
        }

        private Reply sourceDump() {
            return sourceExpiresAt > 0 && System.currentTimeMillis() >= sourceExpiresAt
                    ? new Reply.Nothing()
                    : new Reply.Bulk(dump('a'));
        }

        @Override
        public void close() {}
    }

    /** Of a string of one character: type 0, {@code <length> <character>}, footer of version 10. */
    private static byte[] dump(char character) {
        byte[] payload = new byte[DumpPayload.lengthOf(2)];
        payload[1] = 1;
        payload[2] = (byte) character;
        DumpPayload.writeFooter(payload, 3, 10, DumpPayload.checksum(0, payload, 1, 2, 10));
        return payload;
    }
}
