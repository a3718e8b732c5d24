package io.caravan.app;

/** How the application says with its exit code what became of it; documented in {@code docs/precheck.md}. */
final class ExitCode {

    /** Stopped as it was told to; of a precheck: passed, maybe with warnings. */
    static final int OK = 0;

    /** It could not start: a setting, a route, a server. */
    static final int NOT_STARTED = 1;

    /** An argument of the command line makes no sense (picocli's own). */
    static final int USAGE = 2;

    /** A precheck has failed; no data was moved. */
    static final int PRECHECK_FAILED = 3;

    /** Source and destination differ. */
    static final int DIFFERENT = 4;

    /** No key differs, but some could not be judged. */
    static final int UNDECIDED = 5;

    private ExitCode() {}
}
