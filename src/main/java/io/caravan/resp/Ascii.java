package io.caravan.resp;

/** Letters without a locale: Redis compares names of commands and options by ASCII. */
public final class Ascii {

    private Ascii() {}

    /** {@code c} with {@code a} to {@code z} made upper case. */
    public static byte upper(byte c) {
        return c >= 'a' && c <= 'z' ? (byte) (c - 32) : c;
    }
}
