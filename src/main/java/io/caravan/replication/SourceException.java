package io.caravan.replication;

import java.io.IOException;

/**
 * The source could not be reached, refused something or sent what cannot be understood. The one place that sorts failures:
 * {@link #remedy()} says what follows.
 */
public final class SourceException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What follows a failure. */
    public enum Remedy {
        /** Connect again after a pause and go on where the stream stopped. */
        RETRY,
        /** Nothing helps but a person: configuration, rights or the kind of server are wrong. */
        STOP
    }

    private final Remedy remedy;

    private SourceException(String message, Remedy remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    private SourceException(String message, Remedy remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** A failure that may pass. */
    static SourceException retry(String message) {
        return new SourceException(message, Remedy.RETRY);
    }

    /** A failure that may pass. */
    static SourceException retry(String message, Throwable cause) {
        return new SourceException(message, Remedy.RETRY, cause);
    }

    /** A failure that a person has to mend. */
    static SourceException stop(String message) {
        return new SourceException(message, Remedy.STOP);
    }

    /** What follows. */
    public Remedy remedy() {
        return remedy;
    }
}
