package io.caravan.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of one shard that wait on disk.
 *
 * <p>What always holds: (A) the segments follow each other without a gap, from {@link #start()} to {@link #end()}. (B) What
 * lies before {@link #end()} is written and can be read. (C) The files take no more than the limit. (D) A write that fails
 * changes nothing: the same bytes are appended again later, into a new file.
 *
 * <p>One thread at a time appends, deletes and empties; another reads, by a {@link SpoolReader}; anybody may ask how much is
 * there.
 */
public final class Spool implements AutoCloseable {

    /** Most bytes of one block. */
    public static final int LONGEST_BLOCK = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final int MOST_SEGMENT_BYTES = 64 * 1024 * 1024;
    private static final int LEAST_SEGMENT_BYTES = 64 * 1024;
    private static final int SEGMENTS_IN_LIMIT = 16;

    private final Path folder;
    private final long limitBytes;
    private final long segmentBytes;
    private final long reserveBytes;
    private final SpoolDisk disk;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BlockInput.BLOCK_HEADER + LONGEST_BLOCK);
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final long anchorNanos = System.nanoTime();
    private final long anchorMicros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    private @Nullable SegmentWriter writer;
    private boolean ofSnapshot;

    /**
     * @param limitBytes most bytes of all files together
     * @param reserveBytes so much of the disk is left to others
     */
    Spool(Path folder, long limitBytes, long reserveBytes, SpoolDisk disk) throws IOException {
        this.folder = folder;
        this.limitBytes = limitBytes;
        this.reserveBytes = reserveBytes;
        this.disk = disk;
        segmentBytes = Math.max(LEAST_SEGMENT_BYTES, Math.min(MOST_SEGMENT_BYTES, limitBytes / SEGMENTS_IN_LIMIT));
        SpoolDisk.createFolder(folder);
        new SegmentScan().of(folder).forEach(this::hold);
    }

    /** Where the files are. */
    public Path folder() {
        return folder;
    }

    /** Most bytes that the files may take. */
    public long limitBytes() {
        return limitBytes;
    }

    /** Bytes that the files take. */
    public long bytes() {
        return bytes.get();
    }

    /** Number of files. */
    public int segments() {
        return segments.size();
    }

    public boolean isEmpty() {
        return segments.isEmpty();
    }

    /** Offset of the first byte; there is one. */
    long start() {
        return segments.firstEntry().getValue().start();
    }

    /** Offset behind the last byte; there is one. */
    public long end() {
        return segments.lastEntry().getValue().end();
    }

    /** The name of the history at the end; there is one. */
    public String history() {
        return segments.lastEntry().getValue().history();
    }

    /** Offset behind which what is left of {@code history} goes by another name; empty if nothing does. */
    public OptionalLong renamedBehind(String history) {
        return segments.values().stream()
                .dropWhile(segment -> !segment.history().equals(history))
                .filter(segment -> !segment.history().equals(history))
                .mapToLong(Segment::start)
                .findFirst();
    }

    /**
     * Keeps of what an earlier process has left that with which the stream can be continued: the bytes behind {@code offset}
     * of {@code history}, as far as they go without a gap.
     *
     * <p>A history may go by another name since a fail-over, from some segment on. The source has confirmed then that the
     * older history is the beginning of the newer one: so it is enough that one of the segments from {@code offset} on bears
     * the name.
     *
     * @return offset behind the last byte; empty, and so is the spool, if there is nothing
     */
    public OptionalLong recover(String history, long offset) throws IOException {
        Segment first = segments.values().stream()
                .filter(segment -> segment.start() <= offset && offset <= segment.end())
                .findFirst()
                .orElse(null);
        if (first == null) {
            clear();
            return OptionalLong.empty();
        }
        Set<String> histories = new HashSet<>();
        Set<Segment> chain = new HashSet<>();
        long end = first.start();
        for (Segment segment : segments.tailMap(first.start()).values()) {
            if (segment.start() == end) {
                chain.add(segment);
                histories.add(segment.history());
                end = segment.end();
            }
        }
        if (!histories.contains(history) || end == offset) {
            clear();
            return OptionalLong.empty();
        }
        for (Segment segment : segments.values()) {
            if (!chain.contains(segment)) {
                delete(segment);
            }
        }
        LOG.info("spool {}: offsets {} to {} of history {} are here", folder, offset, end, history());
        return OptionalLong.of(end);
    }

    /**
     * Appends bytes.
     *
     * @param offset of the first of them: {@link #end()}, unless the spool is empty
     * @param history that they belong to
     * @param arrivedNanos {@link System#nanoTime()} of their arrival
     * @param pieces the bytes, {@link #LONGEST_BLOCK} at most
     * @throws SpoolFullException if there is no room; nothing has changed
     * @throws IOException if the disk fails; nothing has changed
     */
    public void append(long offset, String history, long arrivedNanos, List<ByteBuffer> pieces) throws IOException {
        if (!isEmpty() && offset != end()) {
            throw new IllegalStateException("bytes at " + offset + " do not follow those up to " + end());
        }
        int size = BlockInput.BLOCK_HEADER
                + pieces.stream().mapToInt(ByteBuffer::remaining).sum();
        requireRoom(size);
        SegmentWriter to = writer;
        if (to == null
                || to.segment().fileBytes() + size > segmentBytes
                || !to.segment().history().equals(history)) {
            to = begin(offset, history);
        }
        try {
            bytes.addAndGet(to.append(pieces, microsOf(arrivedNanos)));
        } catch (IOException e) {
            endSegment();
            throw e;
        }
    }

    /** Notes that the history goes by another name from {@link #end()} on, even if nothing follows. */
    public void rename(String history) throws IOException {
        if (!history().equals(history)) {
            begin(end(), history);
        }
    }

    /** Reads from {@code offset} on. */
    public SpoolReader reader(long offset) {
        return new SpoolReader(this, offset);
    }

    /** Deletes the files of which no byte behind {@code offset} is needed, but not the one that is written. */
    public void deleteUpTo(long offset) throws IOException {
        if (isEmpty()) {
            return;
        }
        for (Segment segment : segments.headMap(segments.lastKey()).values()) {
            if (segment.end() > offset) {
                break;
            }
            delete(segment);
        }
    }

    /** Whether {@link #deleteUpTo} would delete something. */
    public boolean hasBefore(long offset) {
        return segments.size() > 1 && segments.firstEntry().getValue().end() <= offset;
    }

    /** Deletes everything. */
    public void clear() throws IOException {
        endSegment();
        for (Segment segment : segments.values()) {
            delete(segment);
        }
    }

    /** Empties the spool; what is appended from now on has offsets. */
    public void beginStream() throws IOException {
        clear();
        ofSnapshot = false;
    }

    /** Empties the spool; what is appended from now on has no offsets, and does not survive the process. */
    public void beginSnapshot() throws IOException {
        clear();
        ofSnapshot = true;
    }

    /**
     * The snapshot is over. What lies behind it gets the offsets of the stream, and survives the process. Nobody reads
     * meanwhile; a reader has to be made anew.
     *
     * @param history of the stream
     * @param from the stream begins behind that position
     * @param shift is to be added to a position to make it an offset
     */
    public void endSnapshot(String history, long from, long shift) throws IOException {
        endSegment();
        deleteUpTo(from);
        List<Segment> old = List.copyOf(segments.values());
        segments.clear();
        ofSnapshot = false;
        for (Segment segment : old) {
            var header = new SegmentHeader(history, segment.start() + shift);
            Path file = folder.resolve(Segment.nameOf(header.start(), false));
            SegmentWriter.rewriteHeader(segment.file(), header);
            Files.move(segment.file(), file);
            segments.put(header.start(), new Segment(file, header, segment.end() + shift, segment.fileBytes()));
        }
    }

    /** Ends writing; what was written of the stream stays. */
    @Override
    public void close() throws IOException {
        if (ofSnapshot) {
            clear();
        }
        endSegment();
    }

    /** The segment that holds the byte behind {@code offset}; there is one. */
    Segment segmentAt(long offset) {
        Map.Entry<Long, Segment> entry = segments.floorEntry(offset);
        if (entry == null) {
            throw new IllegalStateException("nothing is held at offset " + offset);
        }
        return entry.getValue();
    }

    /** What {@link System#nanoTime()} would have been at a time of day. */
    long nanosOf(long micros) {
        return anchorNanos + TimeUnit.MICROSECONDS.toNanos(micros - anchorMicros);
    }

    private long microsOf(long nanos) {
        return anchorMicros + TimeUnit.NANOSECONDS.toMicros(nanos - anchorNanos);
    }

    private void requireRoom(int size) throws IOException {
        if (bytes.get() + size > limitBytes) {
            throw new SpoolFullException("it is full: " + bytes.get() + " of " + limitBytes + " bytes at " + folder);
        }
    }

    private SegmentWriter begin(long offset, String history) throws IOException {
        long usable = disk.usableBytes(folder);
        if (usable < reserveBytes) {
            throw new SpoolFullException("the disk of " + folder + " has only " + usable + " bytes left, of which "
                    + reserveBytes + " are left to others");
        }
        endSegment();
        var segment = new Segment(
                folder.resolve(Segment.nameOf(offset, ofSnapshot)), new SegmentHeader(history, offset), offset, 0);
        SegmentWriter begun = SegmentWriter.begin(segment, disk, block);
        hold(segment);
        writer = begun;
        return begun;
    }

    /** A segment without a good byte is replaced by one that begins at the same offset: it has the same file. */
    private void hold(Segment segment) {
        Segment replaced = segments.put(segment.start(), segment);
        bytes.addAndGet(segment.fileBytes() - (replaced == null ? 0 : replaced.fileBytes()));
    }

    private void endSegment() throws IOException {
        SegmentWriter ended = writer;
        writer = null;
        if (ended != null) {
            ended.close();
        }
    }

    private void delete(Segment segment) throws IOException {
        Files.deleteIfExists(segment.file());
        segments.remove(segment.start());
        bytes.addAndGet(-segment.fileBytes());
    }
}
