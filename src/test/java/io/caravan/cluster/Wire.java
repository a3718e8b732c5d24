package io.caravan.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.caravan.resp.CommandScanner;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Typed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** The other end of a link, for tests: what was written to it, and what it answers. */
final class Wire {

    final EmbeddedChannel channel;
    private final List<byte[]> buffers = new ArrayList<>();

    /** The arrays that written buffers were slices of, ever. */
    final Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());

    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();

    private boolean tellsLater;
    private Runnable untold = () -> {};

    private Wire(LinkTap tap) {
        channel = new EmbeddedChannel(tap) {
            @Override
            protected void handleOutboundMessage(Object message) {
                var buffer = (ByteBuf) message;
                buffers.add(ByteBufUtil.getBytes(buffer));
                if (buffer.hasArray()) {
                    arrays.add(buffer.array());
                }
                buffer.release();
            }
        };
    }

    /** Connects a link; that it is lost is told to {@code onLost} after the link itself. */
    static Wire connect(NodeLink link, Runnable onLost) {
        var wires = new ArrayList<Wire>();
        var tap = new LinkTap(link, new LinkTap.Events() {
            @Override
            public void writable() {
                link.flush();
            }

            @Override
            public void lost(String reason) {
                wires.get(0).tell(() -> {
                    link.lost();
                    onLost.run();
                });
            }
        });
        var wire = new Wire(tap);
        wires.add(wire);
        link.connected(wire.channel, wire.channel.pipeline().context(tap));
        return wire;
    }

    static Wire connect(NodeLink link) {
        return connect(link, () -> {});
    }

    /** The bytes written since the last look, one array for each buffer. */
    List<byte[]> buffers() {
        List<byte[]> written = List.copyOf(buffers);
        buffers.clear();
        return written;
    }

    /** The bytes written since the last look. */
    byte[] bytes() {
        buffers().forEach(unread::writeBytes);
        byte[] all = unread.toByteArray();
        unread.reset();
        return all;
    }

    /** The whole commands written since the last look, as one would type them; half a command waits for the rest. */
    List<String> written() {
        return arguments().stream()
                .map(arguments -> String.join(" ", arguments))
                .toList();
    }

    /** The whole commands written since the last look, as their arguments. */
    List<List<String>> arguments() {
        byte[] all = bytes();
        var commands = new ArrayList<List<String>>();
        var scanner = new CommandScanner();
        int from = 0;
        while (scanner.scan(all, from, all.length)) {
            var arguments = new ArrayList<String>();
            for (int i = 0; i < scanner.count(); i++) {
                arguments.add(printable(scanner.copy(i)));
            }
            commands.add(arguments);
            from = scanner.end();
            scanner.next();
        }
        unread.write(all, from, all.length - from);
        return commands;
    }

    /** Answers with these lines, each {@code +OK}, {@code -ERR …}, {@code :1} or {@code *2} and so on. */
    void answer(String... lines) {
        for (String line : lines) {
            channel.writeInbound(Unpooled.wrappedBuffer(Typed.bytes(line + "\r\n")));
        }
    }

    /** The connection breaks. */
    void lose() {
        channel.close();
    }

    /** That it breaks is told by {@link #tellLoss} only: a socket tells that it is closed with the event loop's next task. */
    void tellsLater() {
        tellsLater = true;
    }

    /** Tells that it is broken, if it is. */
    void tellLoss() {
        tellsLater = false;
        untold.run();
        untold = () -> {};
    }

    private void tell(Runnable loss) {
        if (tellsLater) {
            untold = loss;
        } else {
            loss.run();
        }
    }

    /** Whether the channel takes bytes; buffers that were not looked at do not count. */
    void writable(boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }

    private static String printable(byte[] bytes) {
        return bytes.length > 200 ? MalformedRespException.quote(bytes) : new String(bytes, ISO_8859_1);
    }
}
