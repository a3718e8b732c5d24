package io.caravan.control;

/** The state of a task, as a person reads it; {@code docs/tasks.md} says what each means and what may follow. Their order is that of a meter. */
public enum TaskState {
    /** Nothing better is true yet: no shard is linked. */
    CONNECTING("Connecting"),
    /** Both sides are being checked. */
    PRECHECKING("Prechecking"),
    /** The check has failed; nothing is copied. */
    PRECHECK_FAILED("Precheck failed"),
    /** A snapshot is being copied. */
    INITIAL_SYNCHRONIZATION("Initial synchronization"),
    /** What is written at the source is applied at the destination. */
    SYNCHRONIZING("Synchronizing"),
    /** The link is kept, and nothing is applied. */
    PAUSED("Paused"),
    /** It cannot go on before a person has mended something. */
    FAILED("Failed"),
    /** It was told to stop. */
    STOPPED("Stopped");

    private final String text;

    TaskState(String text) {
        this.text = text;
    }

    /** As it is shown. */
    @Override
    public String toString() {
        return text;
    }
}
