package io.caravan.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.KeySpace;
import io.caravan.command.RedisCommand;
import io.caravan.resp.Typed;
import io.caravan.servers.Comparison;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.ServerProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Every form that is put into another is run on every server at hand, and its keys are compared with what the command has
 * left on a server that knows it.
 */
class DialectIT {

    /**
     * What a master may send, and what it means in words of Redis 7.4.
     *
     * @param needs what a server must have to hold the value: a {@link Form}, or {@code any} server does
     * @param setUp what is there before
     * @param sent as the stream has it
     * @param means the same for a client of Redis 7.4; empty if it takes what was sent
     */
    private record SentForm(String needs, List<String> setUp, List<String> sent, List<String> means) {

        static SentForm parse(String line) {
            String[] columns = line.split("\\|", -1);
            List<String> sent = commands(columns[2]);
            List<String> means = commands(columns[3]);
            return new SentForm(columns[0].trim(), commands(columns[1]), sent, means.isEmpty() ? sent : means);
        }

        boolean fits(ServerProgram program) {
            return needs.equals("any") || Destinations.takes(program, needs);
        }

        private static List<String> commands(String column) {
            return column.isBlank() ? List.of() : List.of(column.trim().split(" ; "));
        }
    }

    private static final String FORMS = """
            any          | SET k o                     | SET k v PXAT 4102444800000          |
            any          | SET k o                     | SET k v EX 1000                     |
            any          |                             | SET k v NX PX 1000000               |
            any          | SET k o                     | SETEX k 1000 v                      |
            any          | SET k o                     | PSETEX k 1000000 v                  |
            any          | SET k o                     | EXPIRE k 1000                       |
            any          | SET k o                     | PEXPIRE k 1000000                   |
            any          | SET k o                     | PEXPIREAT k 4102444800000 NX        |
            any          | SET k o                     | GETEX k EX 1000                     |
            any          | SETEX k 1000 o              | GETEX k PERSIST                     |
            any          | SETEX k 1000 o              | SET k v KEEPTTL                     |
            any          | SET k o                     | SET k v IFEQ o                      | SET k v
            any          | SET k o                     | SET k v IFNE x                      | SET k v
            any          | SET k o                     | SET k v GET                         |
            any          | SET k o                     | GETDEL k                            |
            any          | SET k o                     | DELEX k                             | DEL k
            any          | SET k o                     | DELIFEQ k o                         | DEL k
            any          | SET k o                     | MSETEX 2 k v l w NX PXAT 4102444800000 | SET k v PXAT 4102444800000 ; SET l w PXAT 4102444800000
            any          | SETEX k 1000 o              | MSETEX 2 k v l w KEEPTTL            | SET k v KEEPTTL ; SET l w
            any          | SET k v                     | COPY k l                            |
            any          | SETEX k 1000 v ; SET l w    | COPY k l REPLACE                    |
            any          | SET a abc ; SET b abd       | BITOP DIFF d a b                    | SET d 003
            any          | RPUSH l a b c d             | LPOP l 3                            |
            any          | RPUSH l a b c d             | RPOP l 3                            |
            any          | RPUSH l a b                 | LPOP l 9                            |
            any          | RPUSH a x y z               | LMOVE a b RIGHT LEFT                |
            any          | RPUSH a x y z ; RPUSH b o   | LMOVE a b LEFT RIGHT                |
            any          | RPUSH a x y z               | LMOVE a a LEFT RIGHT                |
            any          | ZADD z 1 a 1 b 2 c 3 d      | ZPOPMIN z 2                         |
            any          | ZADD z 1 a 3 b 3 c 3 d      | ZPOPMAX z 2                         |
            any          | ZADD z 1 a                  | ZPOPMIN z                           |
            any          | ZADD z 1 a 2 b              | ZADD z GT CH 100 a                  |
            any          | ZADD z 1 a 2 b              | ZADD z LT INCR -1 a                 |
            any          | ZADD z 5 a 2 b              | ZADD z GT 1 a 9 b 9 c               |
            any          | ZADD z 5 a 2 b              | ZRANGESTORE d z 0 0                 |
            any          | ZADD y 5 a 2 b ; ZADD z 1 a | ZDIFFSTORE d 2 y z                  |
            any          | GEOADD g 13.3 38.1 P 15 37 C | GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 50 km ASC |
            any          | GEOADD g 13.3 38.1 P 15 37 C | GEORADIUS g 15 37 50 km COUNT 1 ANY STORE d |
            any          | HSET h f 1                  | HSETEX h KEEPTTL FIELDS 1 f 2.5     | HSET h f 2.5
            any          | HSET h f 1                  | HSETEX h FXX FIELDS 1 f 2           | HSET h f 2
            any          | HSET h f 1 g 2 x 3          | HGETDEL h FIELDS 2 f g              | HDEL h f g
            FIELD_EXPIRY | HSET h f 1 g 2              | HPEXPIREAT h 4102444800000 NX FIELDS 2 f g |
            FIELD_EXPIRY | HSET h f 1                  | HSETEX h FXX PXAT 4102444800000 FIELDS 2 f 2 g 3 | HSET h f 2 g 3 ; HPEXPIREAT h 4102444800000 FIELDS 2 f g
            FIELD_EXPIRY | HSET h f 1 ; HPEXPIREAT h 4102444800000 FIELDS 1 f | HSETEX h KEEPTTL FIELDS 1 f 2.5 | HINCRBYFLOAT h f 1.5 ; HPEXPIREAT h 4102444800000 FIELDS 1 f
            any          | PFADD p a b c               | PFCOUNT p                           |
            any          | PFADD p a b c               | PFDEBUG TODENSE p                   |
            STREAMS      | XADD x 1-1 a b              | XADD x MAXLEN = 1 LIMIT 100 5-1 f v | XADD x MAXLEN = 1 5-1 f v
            STREAMS      | XADD x 1-1 a b              | XADD x LIMIT 100 MAXLEN = 1 5-1 f v | XADD x MAXLEN = 1 5-1 f v
            STREAMS      | XADD x 1-1 a b ; XADD x 2-1 a b | XTRIM x LIMIT 5 MINID = 2       | XTRIM x MINID = 2
            STREAMS      | XADD x 1-1 a b              | XADD x NOMKSTREAM 5-1 f v           |
            STREAMS      | XADD x 1-1 a b              | XADD x MINID = 2 5-1 f v            |
            STREAMS      | XADD x 1-1 a b              | XADD x KEEPREF MAXLEN 1 5-1 f v     | XADD x MAXLEN 1 5-1 f v
            STREAMS      | XADD x 1-1 a b ; XADD x 2-1 a b | XTRIM x MINID = 2 LIMIT 5       | XTRIM x MINID = 2
            STREAMS      | XADD x 1-1 a b              | XADD x IDMP p i 5-1 f v             | XADD x 5-1 f v
            STREAMS      | XADD x 1-1 a b              | XADD x IDMP p i * f v               | PING
            STREAMS      | XADD x 1-1 a b              | XSETID x 9-9 ENTRIESADDED 10 MAXDELETEDID 2-0 |
            STREAMS      | XADD x 1-1 a b              | XGROUP CREATE x g 0 ENTRIESREAD 1   |
            STREAMS      | XADD x 1-1 a b ; XGROUP CREATE x g 0 | XGROUP SETID x g 1-1 ENTRIESREAD 1 |
            STREAMS      | XADD x 1-1 a b ; XGROUP CREATE x g 0 | XGROUP CREATECONSUMER x g c |
            STREAMS      | XADD x 1-1 a b ; XADD x 2-1 a b ; XGROUP CREATE x g 0 ; XREADGROUP GROUP g c STREAMS x > | XACKDEL x g IDS 1 1-1 | XACK x g 1-1 ; XDEL x 1-1
            STREAMS      | XADD x 1-1 a b ; XADD x 2-1 a b | XDELEX x IDS 1 1-1              | XDEL x 1-1
            STREAMS      | XADD x 1-1 a b              | XCFGSET x IDMP-DURATION 300         | PING
            """;

    @EachServer(min = "4.0")
    void what_is_sent_instead_leaves_the_same_as_what_the_source_ran(ServerProgram program) {
        try (RedisServer reference = RedisServer.start(ServerProgram.of("7.4.1"));
                RedisServer destination = RedisServer.start(program);
                RespClient there = reference.client();
                RespClient here = destination.client()) {
            var dialect = new DestinationDialect(Destinations.version(program), false);
            List<SentForm> forms = FORMS.lines()
                    .map(SentForm::parse)
                    .filter(form -> form.fits(program))
                    .toList();

            for (int i = 0; i < forms.size(); i++) {
                var keys = new KeySpace(i);
                SentForm form = forms.get(i);
                form.setUp().forEach(command -> run(there, keys.of(command)));
                form.setUp().forEach(command -> run(here, keys.of(command)));
                form.means().forEach(command -> run(there, keys.of(command)));
                form.sent().forEach(command -> apply(dialect, keys.of(command), here, there));
            }

            assertThat(Comparison.of(reference, destination)
                            .toleranceMillis(10_000)
                            .run())
                    .satisfies(report ->
                            assertThat(report.isEqual()).as("%s", report).isTrue());
        }
    }

    private static void apply(DestinationDialect dialect, List<byte[]> sent, RespClient here, RespClient there) {
        for (RedisCommand command : adapted(dialect, sent)) {
            if (command.name().equals("CARAVAN.REFRESH")) {
                command.keys().forEach(key -> refresh(dialect, key, here, there));
            } else {
                run(here, command.arguments());
            }
        }
    }

    /** What the destination does for {@code CARAVAN.REFRESH}: the value that the source has, in a form that it takes. */
    private static void refresh(DestinationDialect dialect, byte[] key, RespClient here, RespClient there) {
        Object payload = there.call(Request.of("DUMP", key));
        if (payload == null) {
            run(here, List.of(Typed.bytes("UNLINK"), key));
            return;
        }
        long timeToLive = (Long) Objects.requireNonNull(there.call(Request.of("PTTL", key)));
        List<byte[]> restore = new ArrayList<>(List.of(
                Typed.bytes("RESTORE"),
                key,
                Typed.bytes(Long.toString(timeToLive < 0 ? 0 : System.currentTimeMillis() + timeToLive)),
                (byte[]) payload,
                Typed.bytes("REPLACE"),
                Typed.bytes("ABSTTL")));
        adapted(dialect, restore).forEach(command -> run(here, command.arguments()));
    }

    private static List<RedisCommand> adapted(DestinationDialect dialect, List<byte[]> command) {
        CommandBatch batch = Batches.ran(System.currentTimeMillis(), false, command);
        dialect.adapt(batch);
        List<RedisCommand> adapted = new ArrayList<>();
        batch.forEach(adapted::add);
        return adapted;
    }

    private static void run(RespClient client, List<byte[]> command) {
        client.call(command.toArray(new byte[0][]));
    }
}
