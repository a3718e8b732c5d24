package io.caravan.app;

/** How the application says with its exit code what became of it; documented in {@code docs/tasks.md}. */
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

    /** No process answers at the management port. */
    static final int NOT_RUNNING = 6;

    /** The process does not do what was asked for. */
    static final int REFUSED = 7;

    private ExitCode() {}
}
