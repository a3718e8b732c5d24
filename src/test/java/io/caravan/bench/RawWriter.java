package io.caravan.bench;

import io.caravan.command.HashSlot;
import io.caravan.resp.RespWriter;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes commands to the masters of a cluster as fast as they take them: encoded by itself, pipelined, replies counted
 * only. Takes commands whose reply is one line. One thread writes; one for each master counts.
 */
final class RawWriter implements AutoCloseable {

    private static final int CHUNK = 64 * 1024;

    private final List<Node> nodes = new ArrayList<>();
    private final Node[] nodeOfSlot = new Node[HashSlot.COUNT];

    RawWriter(RedisCluster cluster) throws IOException {
        for (RedisServer master : cluster.masters()) {
            var node = new Node(master);
            nodes.add(node);
            cluster.slotsOf(master).forEach(slot -> nodeOfSlot[slot] = node);
        }
    }

    /** Sends a command; its key is the second of its words. */
    void send(byte[]... words) throws IOException {
        nodeOfSlot[HashSlot.of(words[1])].send(words);
    }

    /** Sends what is left. */
    void flush() throws IOException {
        for (Node node : nodes) {
            node.flush();
        }
    }

    /** Sends what is left, and waits until every command is answered. */
    void finish() throws IOException {
        flush();
        for (Node node : nodes) {
            node.awaitReplies();
        }
    }

    @Override
    public void close() throws IOException {
        for (Node node : nodes) {
            node.socket.close();
        }
    }

    private static final class Node {

        private final Socket socket;
        private final OutputStream out;
        private final RespWriter buffer = new RespWriter(2 * CHUNK);
        private long sent;
        private long answered;
        private IOException failure = new IOException("none");

        private Node(RedisServer master) throws IOException {
            socket = new Socket(master.host(), master.port());
            socket.setTcpNoDelay(true);
            out = socket.getOutputStream();
            var counter = new Thread(this::countReplies, "replies-" + master.port());
            counter.setDaemon(true);
            counter.start();
        }

        private void send(byte[]... words) throws IOException {
            buffer.command(words);
            sent++;
            if (buffer.length() >= CHUNK) {
                flush();
            }
        }

        private void flush() throws IOException {
            out.write(buffer.bytes(), 0, buffer.length());
            buffer.clear();
        }

        private void countReplies() {
            byte[] bytes = new byte[CHUNK];
            try {
                InputStream in = socket.getInputStream();
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    long lines = 0;
                    for (int i = 0; i < count; i++) {
                        if (bytes[i] == '\n') {
                            lines++;
                        }
                    }
                    answered(lines);
                }
            } catch (IOException e) {
                failed(e);
            }
        }

        private synchronized void answered(long lines) {
            answered += lines;
            notifyAll();
        }

        private synchronized void failed(IOException e) {
            failure = e;
            answered = Long.MAX_VALUE;
            notifyAll();
        }

        private synchronized void awaitReplies() throws IOException {
            try {
                while (answered < sent) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            if (answered == Long.MAX_VALUE) {
                throw failure;
            }
        }
    }
}
