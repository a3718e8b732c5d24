package io.caravan.sync;

import io.caravan.rdb.Crc64;
import io.caravan.rdb.DumpPayload;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A server that answers as a test says: what no real server can be made to do. A thread accepts connections, another
 * serves each; all end when it is closed.
 */
final class ScriptedServer implements AutoCloseable {

    /** What is answered to each command. */
    @FunctionalInterface
    interface Script {

        /**
         * Answers a command.
         *
         * @param command name and arguments, each character a byte; an argument of more than a megabyte is described by
         *     {@link #described}
         */
        void answer(List<String> command, OutputStream out) throws IOException;
    }

    private static final String HISTORY = "0123456789012345678901234567890123456789";
    private static final int HELD = 1024 * 1024;

    /** What a standard master says to {@code INFO}. */
    static final String MASTER = "$33\r\nredis_version:7.0.15\r\nrole:master\r\n";

    private final ServerSocket socket;
    private final Supplier<Script> scripts;
    private final List<Socket> open = new ArrayList<>();

    private ScriptedServer(Supplier<Script> scripts) throws IOException {
        this.scripts = scripts;
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    static ScriptedServer running(Script script) throws IOException {
        return new ScriptedServer(() -> script);
    }

    /** Answers each command with a text in RESP. */
    static ScriptedServer answering(Function<List<String>, String> script) throws IOException {
        return running((command, out) -> out.write(script.apply(command).getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Gives each connection a script of its own, which may remember what came before. */
    static ScriptedServer scripted(Supplier<Function<List<String>, byte[]>> scripts) throws IOException {
        return new ScriptedServer(() -> {
            Function<List<String>, byte[]> script = scripts.get();
            return (command, out) -> out.write(script.apply(command));
        });
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public synchronized void close() throws IOException {
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
    }

    /** How an argument is described that is too long to be held: its length, CRC-64 and last bytes. */
    static String described(long length, long crc, String lastBytes) {
        return "%d bytes, CRC-64 %016x, ending with %s".formatted(length, crc, lastBytes);
    }

    /** The answer to {@code PSYNC} that begins with a snapshot; the stream may follow it. */
    static byte[] fullResynchronization(byte[] snapshot) {
        var reply = new ByteArrayOutputStream();
        reply.writeBytes(
                ("+FULLRESYNC " + HISTORY + " 0\r\n$" + snapshot.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        reply.writeBytes(snapshot);
        return reply.toByteArray();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                synchronized (this) {
                    open.add(connection);
                }
                daemon(() -> serve(connection));
            }
        } catch (SocketException e) {
            // closed: nobody is served any more
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            var in = new DataInputStream(new BufferedInputStream(connection.getInputStream()));
            var out = new BufferedOutputStream(connection.getOutputStream());
            Script script = scripts.get();
            while (true) {
                script.answer(readCommand(in), out);
                out.flush();
            }
        } catch (IOException e) {
            // the other side has gone, or the test is over
        }
    }

    private static List<String> readCommand(DataInputStream in) throws IOException {
        int count = Integer.parseInt(readLine(in).substring(1));
        List<String> command = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = Integer.parseInt(readLine(in).substring(1));
            command.add(
                    length > HELD
                            ? describe(in, length)
                            : new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
            readLine(in);
        }
        return command;
    }

    private static String describe(DataInputStream in, int length) throws IOException {
        byte[] piece = {};
        long crc = 0;
        for (int left = length; left > 0; left -= piece.length) {
            piece = in.readNBytes(left > 2 * HELD ? HELD : left);
            crc = Crc64.update(crc, piece, 0, piece.length);
        }
        byte[] last = Arrays.copyOfRange(piece, piece.length - DumpPayload.FOOTER_LENGTH, piece.length);
        return described(length, crc, HexFormat.of().formatHex(last));
    }

    private static String readLine(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }
}
