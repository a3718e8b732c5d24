package io.caravan.spool;

import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * One file of a spool, and how far it is good. Grown by the thread that appends; read by any.
 *
 * <p>A file of the stream is called by the offset at which it begins; one of a snapshot, whose bytes have no offsets, by the
 * number of bytes before it and a name that says so.
 */
final class Segment {

    private static final String SUFFIX = ".spool";
    private static final String SNAPSHOT = "snapshot-";

    private final Path file;
    private final SegmentHeader header;
    private volatile long end;
    private volatile long fileBytes;

    Segment(Path file, SegmentHeader header, long end, long fileBytes) {
        this.file = file;
        this.header = header;
        this.end = end;
        this.fileBytes = fileBytes;
    }

    static String nameOf(long start, boolean snapshot) {
        return (snapshot ? SNAPSHOT : "") + String.format(Locale.ROOT, "%020d", start) + SUFFIX;
    }

    static boolean isSnapshot(Path file) {
        return file.getFileName().toString().startsWith(SNAPSHOT);
    }

    /** The offset in the name of a file of the stream; empty if it is another file. */
    static OptionalLong startOf(Path file) {
        String name = file.getFileName().toString();
        return name.matches("[-\\d]\\d{19}\\.spool")
                ? OptionalLong.of(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())))
                : OptionalLong.empty();
    }

    Path file() {
        return file;
    }

    SegmentHeader header() {
        return header;
    }

    String history() {
        return header.history();
    }

    long start() {
        return header.start();
    }

    /** Offset behind its last good byte. */
    long end() {
        return end;
    }

    /** Bytes that the file takes. */
    long fileBytes() {
        return fileBytes;
    }

    void grown(long newEnd, long newFileBytes) {
        fileBytes = newFileBytes;
        end = newEnd;
    }
}
