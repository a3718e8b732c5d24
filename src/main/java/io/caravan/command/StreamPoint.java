package io.caravan.command;

/**
 * A point of a shard's stream: an offset, and the history in which it counts. Points of an earlier history lie before all of a
 * later one, whatever their offsets.
 *
 * @param history how many histories the shard has had before: see {@link SourceShard#history()}
 */
public record StreamPoint(int history, long offset) implements Comparable<StreamPoint> {

    /** Before everything. */
    public static final StreamPoint START = new StreamPoint(Integer.MIN_VALUE, Long.MIN_VALUE);

    @Override
    public int compareTo(StreamPoint other) {
        int byHistory = Integer.compare(history, other.history);
        return byHistory != 0 ? byHistory : Long.compare(offset, other.offset);
    }

    /** Whether everything up to {@code other} lies behind it, or is it. */
    public boolean reaches(StreamPoint other) {
        return compareTo(other) >= 0;
    }
}
