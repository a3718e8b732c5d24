package io.caravan.control;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What may be done to a task. */
enum TaskAction {
    PAUSE,
    RESUME,
    STOP,
    START,
    PRECHECK,
    VERIFY;

    /** By the name that {@link #toString} gives; empty if there is none. */
    static Optional<TaskAction> of(String name) {
        return Stream.of(values())
                .filter(action -> action.toString().equals(name))
                .findFirst();
    }

    /** Those that make sense in a state. */
    static Set<TaskAction> in(TaskState state) {
        return switch (state) {
            case PRECHECKING -> EnumSet.noneOf(TaskAction.class);
            case CONNECTING, INITIAL_SYNCHRONIZATION, SYNCHRONIZING -> EnumSet.of(PAUSE, STOP, PRECHECK, VERIFY);
            case PAUSED -> EnumSet.of(RESUME, STOP, PRECHECK, VERIFY);
            case FAILED -> EnumSet.of(START, STOP, PRECHECK, VERIFY);
            case PRECHECK_FAILED -> EnumSet.of(START, PRECHECK);
            case STOPPED -> EnumSet.of(START, PRECHECK, VERIFY);
        };
    }

    /** As the API and the command line call it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
