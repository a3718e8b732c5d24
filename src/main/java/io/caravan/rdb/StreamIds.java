package io.caravan.rdb;

import java.util.Arrays;

/**
 * Ids of a stream's entries, each with two numbers, that arrive in ascending order and are to be found again. Grows
 * with what is really there up to a bound; from then on the oldest ids give way.
 *
 * <pre>
 *   rows:  … | millis | sequence | first | second | …     the oldest id at row 'oldest', once the bound was reached
 * </pre>
 */
final class StreamIds {

    /** The place of an id that is not there. */
    static final int NOWHERE = -1;

    private static final int FIRST_SIZE = 16;
    private static final int LONGS = 4;

    private final int most;
    private long[] rows = new long[FIRST_SIZE * LONGS];
    private int count;
    private int oldest;
    private boolean forgetful;

    /** @param most how many are kept */
    StreamIds(int most) {
        this.most = most;
    }

    void clear() {
        if (rows.length > FIRST_SIZE * LONGS) {
            rows = new long[FIRST_SIZE * LONGS];
        }
        count = 0;
        oldest = 0;
        forgetful = false;
    }

    /** Keeps an id, which is greater than those before. */
    void add(long millis, long sequence, long first, long second) {
        int at;
        if (count < most) {
            if (count * LONGS == rows.length) {
                rows = Arrays.copyOf(rows, (int) Math.min(rows.length * 2L, (long) most * LONGS));
            }
            at = count++ * LONGS;
        } else {
            at = oldest * LONGS;
            oldest = (oldest + 1) % count;
            forgetful = true;
        }
        rows[at] = millis;
        rows[at + 1] = sequence;
        rows[at + 2] = first;
        rows[at + 3] = second;
    }

    /** Whether some ids had to give way. */
    boolean forgetful() {
        return forgetful;
    }

    /** The place of an id, or {@link #NOWHERE}. */
    int find(long millis, long sequence) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int place = (int) ((oldest + (long) middle) % count);
            int order = compare(place, millis, sequence);
            if (order == 0) {
                return place;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return NOWHERE;
    }

    /** The first number of the id at {@code place}. */
    long first(int place) {
        return rows[place * LONGS + 2];
    }

    /** The second number of the id at {@code place}. */
    long second(int place) {
        return rows[place * LONGS + 3];
    }

    private int compare(int place, long millis, long sequence) {
        int order = Long.compareUnsigned(rows[place * LONGS], millis);
        return order != 0 ? order : Long.compareUnsigned(rows[place * LONGS + 1], sequence);
    }
}
