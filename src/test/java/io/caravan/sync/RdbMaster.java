package io.caravan.sync;

import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A master that serves one snapshot to whoever asks, and has nothing to say afterwards but {@code PING}s, one for each
 * acknowledgement. Its data is at {@link #OFFSET} of its history.
 *
 * @param snapshot what it serves
 * @param framing how it says where the snapshot ends
 * @param info its answer to {@code INFO}
 * @param modules the names that it answers to {@code MODULE LIST}
 */
record RdbMaster(Snapshot snapshot, Framing framing, String info, List<String> modules)
        implements ScriptedServer.Script {

    static final long OFFSET = 4711;

    private static final String HISTORY = "0123456789012345678901234567890123456789";
    private static final String END_MARK = "abcdefghijabcdefghijabcdefghijabcdefghij";

    /** How a snapshot's end is told. */
    enum Framing {
        /** By its length, which stands before it. */
        LENGTH,
        /** By a mark behind it. */
        END_MARK
    }

    /** A snapshot, which may be larger than memory. */
    interface Snapshot {
        long length();

        void writeTo(OutputStream out) throws IOException;
    }

    /** A master of Redis 7.0 without modules. */
    static RdbMaster serving(byte[] bytes) {
        return serving(new Snapshot() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(bytes);
            }
        });
    }

    /** A master of Redis 7.0 without modules. */
    static RdbMaster serving(Snapshot snapshot) {
        return new RdbMaster(snapshot, Framing.LENGTH, "redis_version:7.0.15\r\nrole:master\r\n", List.of());
    }

    RdbMaster framedBy(Framing other) {
        return new RdbMaster(snapshot, other, info, modules);
    }

    RdbMaster withModules(String... names) {
        return new RdbMaster(snapshot, framing, info, List.of(names));
    }

    ScriptedServer start() throws IOException {
        return ScriptedServer.running(this);
    }

    @Override
    public void answer(List<String> command, OutputStream out) throws IOException {
        switch (command.get(0)) {
            case "INFO" -> write(out, new RespWriter(64).bulk(info));
            case "MODULE" -> write(out, moduleList());
            case "PSYNC" -> synchronize(out);
            case "REPLCONF" -> {
                if (command.get(1).equals("ACK")) {
                    write(out, new RespWriter(64).command("PING"));
                } else {
                    write(out, "+OK\r\n");
                }
            }
            default -> write(out, "+OK\r\n");
        }
    }

    private RespWriter moduleList() {
        var list = new RespWriter(64).array(modules.size());
        modules.forEach(
                name -> list.array(4).bulk("name").bulk(name).bulk("ver").bulk("1"));
        return list;
    }

    private void synchronize(OutputStream out) throws IOException {
        write(out, "+FULLRESYNC " + HISTORY + " " + OFFSET + "\r\n");
        switch (framing) {
            case LENGTH -> {
                write(out, "$" + snapshot.length() + "\r\n");
                snapshot.writeTo(out);
            }
            case END_MARK -> {
                write(out, "$EOF:" + END_MARK + "\r\n");
                snapshot.writeTo(out);
                write(out, END_MARK);
            }
        }
    }

    private static void write(OutputStream out, RespWriter reply) throws IOException {
        out.write(reply.bytes(), 0, reply.length());
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
