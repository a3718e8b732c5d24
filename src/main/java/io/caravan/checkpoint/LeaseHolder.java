package io.caravan.checkpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * A process that runs a task.
 *
 * @param id tells it from all others, those of the same machine included
 * @param host name of its machine
 * @param space what process ids are unique in: the machine since it was started, and the container
 * @param process its process id
 * @param since when it took the task, milliseconds since 1970
 */
public record LeaseHolder(String id, String host, String space, long process, long since) {

    private static final int FIELDS = 5;

    /** This process, from now on. */
    public static LeaseHolder here() {
        return new LeaseHolder(
                UUID.randomUUID().toString(),
                hostName(),
                spaceHere(),
                ProcessHandle.current().pid(),
                System.currentTimeMillis());
    }

    /** One line that {@link #decode} reads. */
    public String encode() {
        return String.join(" ", id, host, space, Long.toString(process), Long.toString(since));
    }

    /** Reads a line written by {@link #encode()}; of any other, only the text is known. */
    public static LeaseHolder decode(String line) {
        String[] field = line.trim().split(" ");
        if (field.length == FIELDS && (field[3] + field[4]).matches("\\d{1,36}")) {
            return new LeaseHolder(field[0], field[1], field[2], Long.parseLong(field[3]), Long.parseLong(field[4]));
        }
        return new LeaseHolder(line, "unknown", "", 0, 0);
    }

    /** Whether it is known to have ended: it was a process of this machine, which is there no more. */
    public boolean hasEnded() {
        return !space.isEmpty()
                && host.equals(hostName())
                && space.equals(spaceHere())
                && ProcessHandle.of(process).filter(ProcessHandle::isAlive).isEmpty();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** Empty where the system does not tell, which is nowhere but on Linux. */
    private static String spaceHere() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim() + "/"
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return "process " + process + " on " + host + ", which took it at " + Instant.ofEpochMilli(since);
    }
}
