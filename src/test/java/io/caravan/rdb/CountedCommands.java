package io.caravan.rdb;

import java.nio.charset.StandardCharsets;

/** Counts commands and keeps none of them; allocates nothing. */
final class CountedCommands implements ValueCommands {

    int commands;
    int longest;
    int largeCommands;
    long largeBytes;
    long bytes;
    private long missing;
    private final byte[] last = new byte[200];
    private int lastLength;

    @Override
    public void command(byte[] array, int length) {
        commands++;
        bytes += length;
        longest = Math.max(longest, length);
        lastLength = Math.min(length, last.length);
        System.arraycopy(array, 0, last, 0, lastLength);
    }

    @Override
    public void beginLarge(byte[] key, long length) {
        largeCommands++;
        missing = length;
    }

    @Override
    public void part(byte[] array, int from, int length) {
        largeBytes += length;
        missing -= length;
        longest = Math.max(longest, length);
    }

    @Override
    public void endLarge() {
        if (missing != 0) {
            throw new AssertionError(missing + " announced bytes are missing");
        }
    }

    /** The beginning of the last command, its line ends as spaces. */
    String last() {
        return new String(last, 0, lastLength, StandardCharsets.ISO_8859_1).replace("\r\n", " ");
    }
}
