package io.caravan.dialect;

import io.caravan.command.CommandBatch;

/**
 * Steps over the arguments of a row behind its first key, without reading the others: for a {@link Rewrite} to say cheaply
 * that it has nothing to do. Bytes are those of a complete command; what is not is taken for its end.
 */
final class Glance {

    private Glance() {}

    /** Index of the last byte of the command in {@code row}. */
    static int last(CommandBatch batch, int row) {
        return batch.start(row) + batch.length(row) - 1;
    }

    /** Index of the header of the argument behind the first key, {@code $} of {@code $<len>\r\n}. */
    static int behindKey(CommandBatch batch, int row) {
        return batch.keyStart(row) + batch.keyLength(row) + 2;
    }

    /** Index of the first byte of the argument whose header begins at {@code header}, at most {@code last}. */
    static int argument(byte[] bytes, int header, int last) {
        int at = header;
        while (at < last && bytes[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, last);
    }

    /** The length that the header at {@code header} says, given where its argument begins. */
    static int length(byte[] bytes, int header, int argument) {
        int number = 0;
        for (int at = header + 1; at < argument && bytes[at] != '\r'; at++) {
            number = number * 10 + bytes[at] - '0';
        }
        return number;
    }

    /** Index of the header behind the argument whose header begins at {@code header}; behind {@code last} at the end. */
    static int next(byte[] bytes, int header, int last) {
        int argument = argument(bytes, header, last);
        int length = length(bytes, header, argument);
        return length < 0 || argument + length + 1 > last ? last + 1 : argument + length + 2;
    }

    /** Whether the argument whose header begins at {@code header} is {@code upperCase}, written so. */
    static boolean is(byte[] bytes, int header, int last, String upperCase) {
        int argument = argument(bytes, header, last);
        if (length(bytes, header, argument) != upperCase.length() || argument + upperCase.length() > last) {
            return false;
        }
        for (int i = 0; i < upperCase.length(); i++) {
            if (bytes[argument + i] != upperCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
