package io.caravan.sync;

import io.caravan.resp.RespWriter;
import io.caravan.resp.Typed;
import io.caravan.servers.Deployment;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A master without a key that sends a recorded stream behind its snapshot. Keys that are read again are those of a real server
 * which has run all that the stream means.
 */
final class ReplayedMaster implements AutoCloseable {

    /** {@code REDIS0006}, the end, and no checksum. */
    private static final byte[] EMPTY_SNAPSHOT = Typed.bytes("REDIS0006\u00ff\0\0\0\0\0\0\0\0");

    private final byte[] stream;
    private final Deployment keys;
    private final long aheadMillis;
    private final ScriptedServer server;

    ReplayedMaster(byte[] stream, Deployment keys) throws IOException {
        this(stream, keys, 0);
    }

    /** @param aheadMillis by how much its clock is ahead of ours */
    ReplayedMaster(byte[] stream, Deployment keys, long aheadMillis) throws IOException {
        this.stream = stream;
        this.keys = keys;
        this.aheadMillis = aheadMillis;
        server = ScriptedServer.scripted(Connection::new);
    }

    String address() {
        return server.address();
    }

    /** The offset behind the stream. */
    long endOffset() {
        return stream.length;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** What one connection has said so far. */
    private final class Connection implements Function<List<String>, byte[]> {

        private final List<List<String>> queued = new ArrayList<>();
        private boolean inTransaction;
        private int database;

        @Override
        public byte[] apply(List<String> command) {
            String name = command.get(0);
            if (inTransaction && !name.equals("EXEC")) {
                queued.add(command);
                return Typed.bytes("+QUEUED\r\n");
            }
            return switch (name) {
                case "PSYNC" -> Typed.join(ScriptedServer.fullResynchronization(EMPTY_SNAPSHOT), stream);
                case "INFO" -> information();
                case "TIME" -> time();
                case "MULTI" -> {
                    inTransaction = true;
                    yield Typed.bytes("+OK\r\n");
                }
                case "EXEC" -> readKey();
                case "SELECT" -> {
                    database = Integer.parseInt(command.get(1));
                    yield Typed.bytes("+OK\r\n");
                }
                case "REPLCONF" -> Typed.bytes(command.get(1).equals("ACK") ? "" : "+OK\r\n");
                default -> Typed.bytes("+OK\r\n");
            };
        }

        private byte[] information() {
            return bulk(
                    Typed.bytes("redis_version:7.0.15\r\nrole:master\r\nmaster_repl_offset:" + stream.length + "\r\n"));
        }

        private byte[] time() {
            long now = System.currentTimeMillis() + aheadMillis;
            return new RespWriter(64)
                    .array(2)
                    .bulk(now / 1000)
                    .bulk(now % 1000 * 1000)
                    .toByteArray();
        }

        /** {@code MULTI}, {@code PTTL} or {@code PEXPIRETIME}, {@code DUMP}, {@code ROLE}, {@code EXEC}. */
        private byte[] readKey() {
            byte[] key = Typed.bytes(queued.get(0).get(1));
            boolean moment = queued.get(0).get(0).equals("PEXPIRETIME");
            queued.clear();
            inTransaction = false;
            try (DeploymentClient client = keys.connect()) {
                client.select(database);
                Object payload = client.call(Request.of("DUMP", key));
                long life = (Long) client.call(Request.of("PTTL", key));
                long expiry = moment && life > 0 ? System.currentTimeMillis() + aheadMillis + life : life;
                return Typed.join(
                        Typed.bytes("*3\r\n"),
                        Typed.bytes(":" + expiry + "\r\n"),
                        payload == null ? Typed.bytes("$-1\r\n") : bulk((byte[]) payload),
                        Typed.bytes("*3\r\n$6\r\nmaster\r\n:" + stream.length + "\r\n*0\r\n"));
            }
        }

        private static byte[] bulk(byte[] bytes) {
            return new RespWriter(64).bulk(bytes).toByteArray();
        }
    }
}
