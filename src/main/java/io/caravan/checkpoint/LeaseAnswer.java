package io.caravan.checkpoint;

import java.util.Optional;

/**
 * What becomes of a task that somebody wants to have.
 *
 * @param standing whose it is now, and was before
 * @param other the other process; empty where there is none, or none is known
 */
public record LeaseAnswer(Standing standing, Optional<LeaseHolder> other) {

    /** Whose a task is, and was before. */
    public enum Standing {
        /** It belongs to who has asked, and has belonged to nobody else since that one got it first. */
        KEPT,
        /** It belongs to who has asked. Nothing says who had it before: nobody, or what said so is gone. */
        TAKEN,
        /** It belongs to who has asked, and another process was the last to have it. */
        TAKEN_AFTER_ANOTHER,
        /** Another process has it. */
        ANOTHERS
    }

    /** Nobody else has had it since. */
    public static final LeaseAnswer KEPT = new LeaseAnswer(Standing.KEPT, Optional.empty());

    /** It is not known that anybody has had it before. */
    public static final LeaseAnswer TAKEN = new LeaseAnswer(Standing.TAKEN, Optional.empty());

    /** It was that one's before. */
    static LeaseAnswer takenAfter(LeaseHolder other) {
        return new LeaseAnswer(Standing.TAKEN_AFTER_ANOTHER, Optional.of(other));
    }

    /** It is that one's. */
    public static LeaseAnswer anothers(LeaseHolder other) {
        return new LeaseAnswer(Standing.ANOTHERS, Optional.of(other));
    }
}
