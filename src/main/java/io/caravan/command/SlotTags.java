package io.caravan.command;

import java.nio.charset.StandardCharsets;

/** For each slot a hash tag, as short as one can be: a key that has it in braces lies in the slot. */
public final class SlotTags {

    private static final int RADIX = 36;
    private static final byte[][] TAGS = table();

    private SlotTags() {}

    /** The tag of a slot, 0 to 16383: up to four digits and small letters. Not to be changed. */
    public static byte[] of(int slot) {
        return TAGS[slot];
    }

    /** Counts in base 36 until every slot has been met. */
    private static byte[][] table() {
        var tags = new byte[HashSlot.COUNT][];
        int missing = HashSlot.COUNT;
        for (int number = 0; missing > 0; number++) {
            byte[] tag = Integer.toString(number, RADIX).getBytes(StandardCharsets.US_ASCII);
            int slot = HashSlot.of(tag);
            if (tags[slot] == null) {
                tags[slot] = tag;
                missing--;
            }
        }
        return tags;
    }
}
