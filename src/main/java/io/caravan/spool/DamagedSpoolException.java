package io.caravan.spool;

import java.io.IOException;
import java.nio.file.Path;

/** A file of the spool is not what was written: its end is missing, or some of its bits are others. */
public final class DamagedSpoolException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedSpoolException(Path file, long position, String what) {
        super("spool file " + file + " is damaged at byte " + position + ": " + what
                + "; the source is asked for what is missing");
    }
}
