package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.DecodeTarget.Ability;
import io.caravan.rdb.RdbDialect.Fork;
import io.caravan.rdb.RdbReader.Entry;
import io.caravan.rdb.RestoreSupport.Passage;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;

/** Brings the snapshots of all versions to real servers of all versions, and asks the servers what they have then. */
class ValueDecoderIT {

    private static final int DATABASES = 16;

    @BeforeAll
    static void look() {
        Fixtures.assumePresent();
    }

    @EachServer(min = "4.0")
    void decoded_values_are_what_the_source_had(ServerProgram program) throws Exception {
        bringAll(program, true);
    }

    @EachServer(min = "4.0")
    void restored_values_are_what_the_source_had(ServerProgram program) throws Exception {
        bringAll(program, false);
    }

    private static void bringAll(ServerProgram program, boolean decodeAll) throws Exception {
        try (RedisServer server = RedisServer.start(program);
                RespClient client = server.client()) {
            for (Path expected : Fixtures.expectedValues()) {
                client.call("FLUSHALL");
                Path snapshot = expected.resolveSibling(
                        expected.getFileName().toString().replace(".keys.json", ".rdb"));
                Set<String> unsupported = new Bringing(client, program, decodeAll).bring(snapshot);
                assertRefusedWithReason(expected, unsupported, DecodeTargets.of(program));
                assertValues(new ServerValues(client, program), client, expected, unsupported);
            }
        }
    }

    private static void assertRefusedWithReason(Path expected, Set<String> unsupported, DecodeTarget target)
            throws Exception {
        Set<String> reasonable = new HashSet<>();
        for (int database = 0; database < DATABASES; database++) {
            for (ExpectedValue value : ExpectedValue.of(expected, database)) {
                boolean lacking = switch (value.type()) {
                    case "stream" -> !target.can(Ability.STREAMS);
                    case "hash" -> value.hasExpiringFields() && !target.can(Ability.FIELD_EXPIRY);
                    case "vectorset" -> true;
                    default -> false;
                };
                if (lacking) {
                    reasonable.add(value.key());
                }
            }
        }
        assertThat(unsupported).as(Fixtures.nameOf(expected)).isEqualTo(reasonable);
    }

    @EachServer(min = "4.0")
    void every_score_is_read_back_equal(ServerProgram program) throws Exception {
        List<Double> scores = new ArrayList<>(List.of(
                0.0,
                -0.0,
                0.1,
                Double.MIN_VALUE,
                -Double.MAX_VALUE,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY));
        new Random(1)
                .longs(2000)
                .mapToObj(Double::longBitsToDouble)
                .filter(score -> !score.isNaN())
                .forEach(scores::add);
        var value = new StringBuilder(Literal.length(scores.size()));
        for (int i = 0; i < scores.size(); i++) {
            value.append(Literal.string("'" + i + "'"))
                    .append(Literal.littleEndian(Double.doubleToRawLongBits(scores.get(i)), 8));
        }
        var commands = new RecordedCommands();
        new ValueDecoder(new RdbInput(ByteSources.whole(Literal.bytes(value.toString())), 0), DecodeTargets.of(program))
                .decode(RdbType.ZSET_2, new byte[] {'z'}, RdbReader.NO_EXPIRY, commands);

        try (RedisServer server = RedisServer.start(program);
                RespClient client = server.client()) {
            run(client, commands);

            for (int i = 0; i < scores.size(); i++) {
                double score = Score.parse(String.valueOf(client.call("ZSCORE", "z", Integer.toString(i))));
                // -0 and 0 are one score: Redis 7.0.15 keeps -0 as the integer 0 while the set is small.
                assertThat(score == scores.get(i))
                        .as("%s read as %s", scores.get(i), score)
                        .isTrue();
            }
        }
    }

    @EachServer(min = "7.4")
    void a_field_whose_time_has_passed_is_removed_by_the_destination(ServerProgram program) throws Exception {
        String never = "ff ff ff ff ff ff ff ff";
        String value = "02 01 'f' 01 '1'" + Literal.littleEndian(1000, 8) + "01 'g' 01 '2'" + never;
        var commands = new RecordedCommands();
        new ValueDecoder(new RdbInput(ByteSources.whole(Literal.bytes(value)), 0), DecodeTargets.of(program))
                .decode(RdbType.HASH_2_VALKEY, new byte[] {'h'}, RdbReader.NO_EXPIRY, commands);

        try (RedisServer server = RedisServer.start(program);
                RespClient client = server.client()) {
            run(client, commands);

            assertThat(client.call("HGETALL", "h")).asString().isEqualTo("[g, 2]");
        }
    }

    /** What {@link StreamGroups} says that it leaves out. */
    @EachServer(min = "5.0")
    void what_waits_for_a_deleted_message_cannot_be_claimed(ServerProgram program) {
        try (RedisServer server = RedisServer.start(program);
                RespClient client = server.client()) {
            client.call("XADD", "s", "1-1", "f", "v");
            client.call("XADD", "s", "1-3", "f", "v");
            client.call("XGROUP", "CREATE", "s", "g", "1-3");

            Object reply =
                    client.call("XCLAIM", "s", "g", "c", "0", "1-2", "TIME", "1", "RETRYCOUNT", "1", "FORCE", "JUSTID");

            assertThat(reply).isEqualTo(List.of());
            assertThat(client.call("XPENDING", "s", "g", "-", "+", "10")).isEqualTo(List.of());
        }
    }

    private static void assertValues(ServerValues values, RespClient client, Path expected, Set<String> unsupported)
            throws Exception {
        for (int database = 0; database < DATABASES; database++) {
            client.call("SELECT", Integer.toString(database));
            Set<String> keys = new HashSet<>();
            for (ExpectedValue value : ExpectedValue.of(expected, database)) {
                if (!unsupported.contains(value.key())) {
                    keys.add(value.key());
                    assertValue(values, value, Fixtures.nameOf(expected));
                }
            }
            assertThat(values.keys()).as(Fixtures.nameOf(expected)).isEqualTo(keys);
        }
        client.call("SELECT", "0");
    }

    private static void assertValue(ServerValues values, ExpectedValue value, String name) {
        try {
            value.assertIs(values.value(value.key()));
            if (values.tellsExpiry()) {
                value.assertExpiresAt(values.expiryOf(value.key()));
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(name + ", key " + value.key(), e);
        }
    }

    /** No command of a value may be answered with an error. */
    private static void run(RespClient client, RecordedCommands commands) {
        List<Request> requests = commands.commands().stream()
                .map(arguments -> ServerValues.request(arguments.toArray()))
                .toList();
        List<?> replies = client.pipeline(requests);
        for (int i = 0; i < requests.size(); i++) {
            assertThat(replies.get(i)).as(requests.get(i).toString()).isNotInstanceOf(RespError.class);
        }
    }

    /** Brings one snapshot to a server, each value in the way that {@link RestoreSupport} says, or all by commands. */
    private record Bringing(RespClient client, ServerProgram program, boolean decodeAll) {

        /** Returns the keys that could not be brought. */
        Set<String> bring(Path snapshot) throws Exception {
            var in = new RdbInput(ByteSources.whole(Fixtures.read(snapshot)), 1 << 20);
            var reader = new RdbReader(in);
            reader.readHeader();
            var source = new RdbDialect(fork(snapshot), reader.version());
            RdbDialect destination = DecodeTargets.dialect(program);
            var support = new RestoreSupport(source, destination);
            var decoder = new ValueDecoder(in, DecodeTargets.of(program));
            Set<String> unsupported = new HashSet<>();
            for (Entry entry = reader.next(); entry != Entry.END; entry = reader.next()) {
                if (entry != Entry.KEY) {
                    continue;
                }
                client.call("SELECT", Integer.toString(reader.database()));
                Passage passage = decodeAll ? Passage.DECODED : support.passageOf(reader.type());
                boolean module = reader.type() == RdbType.MODULE_2; // no module is loaded there
                switch (module ? Passage.DECODED : passage) {
                    case AS_IS -> restore(in, reader, source.version());
                    case RESTAMPED -> restore(in, reader, destination.version());
                    case DECODED -> {
                        var commands = new RecordedCommands();
                        try {
                            decoder.decode(reader.type(), reader.key(), reader.expireAtMillis(), commands);
                        } catch (UnsupportedValueException e) {
                            unsupported.add(new String(reader.key(), StandardCharsets.ISO_8859_1));
                        }
                        run(client, commands);
                    }
                }
            }
            return unsupported;
        }

        private void restore(RdbInput in, RdbReader reader, int version) throws Exception {
            in.mark();
            new ValueSkipper(in).skipValue(reader.type());
            int length = in.position() - in.marked();
            byte[] payload = new byte[DumpPayload.lengthOf(length)];
            payload[0] = (byte) reader.type();
            System.arraycopy(in.window(), in.marked(), payload, 1, length);
            long checksum = DumpPayload.checksum(reader.type(), in.window(), in.marked(), length, version);
            DumpPayload.writeFooter(payload, 1 + length, version, checksum);
            in.unmark();
            boolean absolute = program.atLeast("5.0");
            long expiry = reader.expireAtMillis();
            long ttl = expiry == RdbReader.NO_EXPIRY || absolute ? expiry : expiry - System.currentTimeMillis();
            List<Object> words = new ArrayList<>(List.of("RESTORE", reader.key(), ttl, payload, "REPLACE"));
            if (absolute) {
                words.add("ABSTTL");
            }
            client.call(ServerValues.request(words.toArray()));
        }

        private static Fork fork(Path snapshot) {
            String server = Fixtures.nameOf(snapshot);
            if (server.contains("valkey")) {
                return Fork.VALKEY;
            }
            if (server.contains("redict")) {
                return Fork.REDICT;
            }
            return server.contains("keydb") ? Fork.KEYDB : Fork.REDIS;
        }
    }
}
