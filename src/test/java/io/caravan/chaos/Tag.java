package io.caravan.chaos;

/**
 * A hash tag of one client, and so a slot, with a counter and a list whose course the client knows. Owned by that client's
 * thread; read by others after it has ended.
 */
final class Tag {

    private final String prefix;
    private long acknowledged;
    private long unanswered;
    private long listed;
    private boolean certain = true;

    Tag(String name) {
        prefix = "{" + name + "}:";
    }

    /** A key of this tag. */
    String key(String name) {
        return prefix + name;
    }

    String counter() {
        return key("counter");
    }

    String list() {
        return key("pushed");
    }

    /** The next number of the list. */
    long next() {
        return listed + 1;
    }

    void incremented() {
        acknowledged++;
    }

    /** The source may have run an increment, or not. */
    void maybeIncremented() {
        unanswered++;
    }

    /** The list has so many elements now. */
    void listed(long length) {
        listed = length;
        certain = true;
    }

    /** Whether the list has got its last number is not known. */
    void doubt() {
        certain = false;
    }

    boolean isCertain() {
        return certain;
    }

    /** Whether that value counts every acknowledged increment once, and of the unanswered ones each once or not at all. */
    boolean mayCount(long value) {
        return value >= acknowledged && value <= acknowledged + unanswered;
    }

    long acknowledged() {
        return acknowledged;
    }
}
