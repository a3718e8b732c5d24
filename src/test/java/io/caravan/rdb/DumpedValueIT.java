package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerProgram;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Whatever a server writes by {@code DUMP} of values of many sizes, decoding it gives back what the server has. */
class DumpedValueIT {

    private static final long SEED = 7;

    /** Around the lengths at which the encodings of lengths change. */
    private static final int[] SIZES = {
        0, 1, 20, 62, 63, 64, 65, 121, 122, 123, 124, 125, 126, 127, 128, 249, 250, 251, 252, 253, 254, 255, 4093, 4094,
        4095, 4096, 4097, 16376, 16377, 16378, 16379, 16380, 16381, 16382, 16383, 16384, 16385, 2097143, 2097144,
        2097145, 2097146, 2097147
    };

    private static final long[] INTEGERS = {
        0,
        12,
        13,
        127,
        128,
        -1,
        -128,
        -129,
        4095,
        4096,
        -4096,
        -4097,
        32767,
        32768,
        -32768,
        -32769,
        8388607,
        8388608,
        -8388608,
        -8388609,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    /** Values of these sizes stay in ziplists and listpacks. A server refuses the names that are not its own. */
    private static final List<String> COMPACT = List.of(
            "hash-max-ziplist-value",
            "hash-max-listpack-value",
            "zset-max-ziplist-value",
            "zset-max-listpack-value",
            "set-max-listpack-value");

    @EachServer(min = "4.0")
    void a_dumped_value_is_decoded_to_what_the_server_has(ServerProgram program) throws Exception {
        try (RedisServer server = RedisServer.start(program);
                RespClient client = server.client()) {
            COMPACT.forEach(name -> client.pipeline(List.of(Request.of("CONFIG", "SET", name, "3000000"))));
            fill(client, program, new Random(SEED));
            var values = new ServerValues(client, program);
            var destination = new MemoryDestination();

            for (String key : values.keys()) {
                decode(client, program, key, destination);
            }

            assertThat(destination.keys()).isEqualTo(values.keys());
            for (String key : values.keys()) {
                MemoryDestination.assertSame(destination.value(key), values.value(key), key);
            }
        }
    }

    private static void decode(RespClient client, ServerProgram program, String key, MemoryDestination destination)
            throws Exception {
        DumpPayload payload =
                DumpPayload.of((byte[]) Objects.requireNonNull(client.call(ServerValues.request("DUMP", key))));
        var commands = new RecordedCommands();
        assertThat(payload.version()).isEqualTo(DecodeTargets.dialect(program).version());
        new ValueDecoder(payload.value(), DecodeTargets.of(program))
                .decode(payload.type(), key.getBytes(StandardCharsets.ISO_8859_1), RdbReader.NO_EXPIRY, commands);
        destination.apply(commands.commands());
    }

    private static void fill(RespClient client, ServerProgram program, Random random) {
        List<Request> requests = new ArrayList<>();
        for (int size : SIZES) {
            String text = text(random, size);
            requests.add(ServerValues.request("SET", "string:" + size, text));
            requests.add(ServerValues.request("RPUSH", "list:" + size, "before", text, "7", text, "behind"));
            requests.add(ServerValues.request("SADD", "set:" + size, text, "a", "1"));
            requests.add(ServerValues.request("HSET", "hash:" + size, text, "x", "field", text, "behind", "1"));
            requests.add(ServerValues.request("ZADD", "zset:" + size, "1.5", text, "2", "behind"));
        }
        List<Object> push = new ArrayList<>(List.of("RPUSH", "list:integers"));
        for (long integer : INTEGERS) {
            push.add(integer);
            requests.add(ServerValues.request("HSET", "hash:integers", integer, integer));
            requests.add(ServerValues.request("ZADD", "zset:integers", integer, integer));
            requests.add(ServerValues.request(
                    "SADD", "set:integers:" + Long.numberOfLeadingZeros(integer), integer, 1, "x"));
            requests.add(ServerValues.request("SADD", "intset:" + Long.numberOfLeadingZeros(integer), integer, 1));
        }
        requests.add(ServerValues.request(push.toArray()));
        if (program.atLeast("5.0")) {
            addStreams(requests, random);
        }
        client.pipeline(requests).forEach(reply -> assertThat(reply).isNotInstanceOf(RespError.class));
    }

    private static void addStreams(List<Request> requests, Random random) {
        for (int stream = 0; stream < 5; stream++) {
            for (int i = 1; i < 400; i++) {
                List<Object> add = new ArrayList<>(List.of("XADD", "stream:" + stream, i + "-" + random.nextInt(3)));
                int fields = stream == 0 ? 2 : 1 + random.nextInt(3);
                for (int field = 0; field < fields; field++) {
                    add.add("field" + field);
                    add.add(
                            random.nextBoolean()
                                    ? Integer.toString(random.nextInt())
                                    : text(random, random.nextInt(300)));
                }
                requests.add(ServerValues.request(add.toArray()));
                if (random.nextInt(4) == 0) {
                    requests.add(ServerValues.request("XDEL", "stream:" + stream, i + "-" + random.nextInt(3)));
                }
            }
            requests.add(ServerValues.request("XTRIM", "stream:" + stream, "MAXLEN", "~", 100 + random.nextInt(200)));
            requests.add(ServerValues.request("XGROUP", "CREATE", "stream:" + stream, "g", "200-0"));
        }
    }

    /** Some of it compressible, so that the server compresses it. */
    private static String text(Random random, int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(random.nextBoolean() ? String.valueOf((char) random.nextInt(256)) : "abcabcabcabc");
        }
        text.setLength(length);
        return text.toString();
    }
}
