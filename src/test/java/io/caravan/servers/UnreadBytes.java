package io.caravan.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a server's kernel holds of its clients' commands, unread by the server: {@code rx_queue} of {@code /proc/net/tcp}
 * (Linux, {@code Documentation/networking/proc_net_tcp.rst}).
 */
public final class UnreadBytes {

    private static final int LOCAL_ADDRESS = 1;
    private static final int QUEUES = 4;

    private UnreadBytes() {}

    /** The sum over all connections to that port of this machine. */
    public static long at(int port) throws IOException {
        String suffix = ":%04X".formatted(port);
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.skip(1)
                    .map(line -> line.trim().split("\\s+"))
                    .filter(field ->
                            field[LOCAL_ADDRESS].toUpperCase(Locale.ROOT).endsWith(suffix))
                    .mapToLong(field -> Long.parseLong(field[QUEUES].split(":")[1], 16))
                    .sum();
        }
    }
}
