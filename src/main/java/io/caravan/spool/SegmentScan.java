package io.caravan.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out at a start what an earlier process has left in a folder, and how much of it is good. */
final class SegmentScan {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentScan.class);

    private final ByteBuffer block = BlockInput.buffer();

    /** The segments of the stream in {@code folder}, by offset. Files of a snapshot, and what is no segment, are removed. */
    List<Segment> of(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.sorted().toList();
        }
        List<Segment> segments = new ArrayList<>();
        for (Path file : files) {
            if (Segment.isSnapshot(file)) {
                Files.delete(file);
            } else if (Segment.startOf(file).isPresent()) {
                Optional<Segment> good = good(file);
                if (good.isPresent()) {
                    segments.add(good.get());
                } else {
                    Files.delete(file);
                }
            }
        }
        segments.sort((a, b) -> Long.compare(a.start(), b.start()));
        return segments;
    }

    private Optional<Segment> good(Path file) throws IOException {
        try (BlockInput in = BlockInput.open(file, block)) {
            if (in.header().start() != Segment.startOf(file).orElseThrow()) {
                throw in.damaged("it begins at offset " + in.header().start() + ", unlike its name");
            }
            return Optional.of(measured(file, in));
        } catch (DamagedSpoolException e) {
            LOG.warn("{}; nothing of the file is used", e.getMessage());
            return Optional.empty();
        }
    }

    private static Segment measured(Path file, BlockInput in) throws IOException {
        long end = in.header().start();
        try {
            while (in.next()) {
                end += in.block().remaining();
            }
        } catch (DamagedSpoolException e) {
            LOG.warn("{} (it is good up to offset {})", e.getMessage(), end);
        }
        return new Segment(file, in.header(), end, Files.size(file));
    }
}
