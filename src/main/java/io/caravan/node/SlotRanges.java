package io.caravan.node;

import java.util.BitSet;

/** Slots as people write them: {@code 0-5460,10923}. */
public final class SlotRanges {

    private SlotRanges() {}

    /** The set's ranges in ascending order, {@code none} if it is empty. */
    public static String text(BitSet slots) {
        var text = new StringBuilder();
        for (int first = slots.nextSetBit(0); first >= 0; ) {
            int last = slots.nextClearBit(first) - 1;
            text.append(text.isEmpty() ? "" : ",").append(first);
            if (last > first) {
                text.append('-').append(last);
            }
            first = slots.nextSetBit(last + 1);
        }
        return text.isEmpty() ? "none" : text.toString();
    }

    /**
     * What {@link #text} has written.
     *
     * @throws IllegalArgumentException if it has not
     */
    public static BitSet parse(String text) {
        var slots = new BitSet();
        if (text.equals("none")) {
            return slots;
        }
        for (String range : text.split(",", -1)) {
            String[] end = range.split("-", 2);
            int first = Integer.parseInt(end[0]);
            slots.set(first, Integer.parseInt(end[end.length - 1]) + 1);
        }
        return slots;
    }
}
