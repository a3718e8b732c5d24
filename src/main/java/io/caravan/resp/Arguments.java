package io.caravan.resp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The arguments of a command as slices of one array; argument 0 is the command's name. */
public interface Arguments {

    /** The array that the slices point into; not to be changed. */
    byte[] bytes();

    /** Number of arguments, the name included. */
    int count();

    /** Index in {@link #bytes()} of the first byte of argument {@code i}. */
    int start(int i);

    /** Length in bytes of argument {@code i}. */
    int length(int i);

    /** A copy of argument {@code i}. */
    default byte[] copy(int i) {
        return Arrays.copyOfRange(bytes(), start(i), start(i) + length(i));
    }

    /** Argument {@code i} as UTF-8. */
    default String text(int i) {
        return new String(bytes(), start(i), length(i), StandardCharsets.UTF_8);
    }

    /** Whether argument {@code i} is {@code upperCase}, whatever the case it is written in. */
    default boolean is(int i, String upperCase) {
        if (length(i) != upperCase.length()) {
            return false;
        }
        byte[] bytes = bytes();
        int at = start(i);
        for (int c = 0; c < upperCase.length(); c++) {
            if (Ascii.upper(bytes[at + c]) != upperCase.charAt(c)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Argument {@code i} as a decimal number.
     *
     * @throws NumberFormatException if it is none
     */
    default long number(int i) {
        return Long.parseLong(text(i));
    }
}
