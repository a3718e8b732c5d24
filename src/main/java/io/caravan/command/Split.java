package io.caravan.command;

/**
 * How a command whose keys lie in different slots is divided into commands of one slot each that together do the same.
 *
 * <p>The parts take effect one by one, so a reader of the destination may see one without the other. Where no division does the
 * same, the keys are to be read again at the source ({@link CommandCursor#refresh}).
 */
public enum Split {
    /** Not at all: it reads one key to write another, or takes effect on all keys or none. */
    NONE("-"),
    /** Into one command for each key: {@code DEL}, {@code UNLINK}, {@code TOUCH}. */
    EACH_KEY("each"),
    /**
     * Into one command for each key and the value behind it. {@code MSET} and {@code MSETNX} into {@code SET}: a {@code MSETNX}
     * only comes when it has set all of its keys. {@code MSETEX <count>} likewise; what stands behind its pairs ({@code PXAT},
     * {@code KEEPTTL}) goes into each part, {@code NX} and {@code XX} are left out for the same reason.
     */
    PAIRS("pairs"),
    /**
     * {@code SMOVE source destination member} into {@code SREM source member} and {@code SADD destination member}: it only
     * comes when the source's set had the member, so at the source it was out of the one set and in the other afterwards.
     */
    MOVED_MEMBER("smove");

    private final String label;

    Split(String label) {
        this.label = label;
    }

    /**
     * The entry of that name in the command table.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Split of(String label) {
        for (Split split : values()) {
            if (split.label.equals(label)) {
                return split;
            }
        }
        throw new IllegalArgumentException("'" + label + "' is no way to split a command");
    }
}
