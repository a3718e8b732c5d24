package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;

/**
 * One element of an aggregate: an integer, or so many bytes of a string that is being read. Reused for one element
 * after the other, so that nothing is allocated for an element; taken once.
 */
final class Element {

    private static final int LONGEST_INTEGER = 20;

    private final StringBytes bytes;
    private boolean integer;
    private long value;
    private long length;

    /** @param bytes the string that elements are read from */
    Element(StringBytes bytes) {
        this.bytes = bytes;
    }

    /** Makes this an integer. */
    void setInteger(long newValue) {
        integer = true;
        value = newValue;
        length = LONGEST_INTEGER;
    }

    /** Makes this the next {@code newLength} bytes of the string, whose length has been compared. */
    void setBytes(long newLength) {
        integer = false;
        length = newLength;
    }

    /** Number of bytes; for an integer the most that its text can have. */
    long length() {
        return length;
    }

    boolean isInteger() {
        return integer;
    }

    /** The integer. */
    long integer() {
        return value;
    }

    /** Takes the element as an argument of a command; the caller has compared its length with what may be held. */
    void writeTo(RespWriter command) throws IOException, ValueTooLargeException {
        if (integer) {
            command.bulk(value);
            return;
        }
        command.bulkHeader((int) length);
        for (long rest = length; rest > 0; ) {
            int part = (int) Math.min(rest, bytes.atHand());
            command.raw(bytes.array(), bytes.position(), part);
            bytes.pass(part);
            rest -= part;
        }
        command.endOfLine();
    }

    /** Takes the element's bytes, which are no integer's, in pieces as they arrive. */
    void streamTo(ValueCommands out) throws IOException, ValueTooLargeException {
        for (long rest = length; rest > 0; ) {
            int part = (int) Math.min(rest, bytes.atHand());
            out.part(bytes.array(), bytes.position(), part);
            bytes.pass(part);
            rest -= part;
        }
    }

    /** Takes a short element as text. */
    String text(int longest) throws IOException, ValueTooLargeException {
        if (length > longest) {
            throw bytes.corrupt(length + " bytes where at most " + longest + " are expected");
        }
        if (integer) {
            return Long.toString(value);
        }
        var text = new StringBuilder();
        for (long rest = length; rest > 0; rest--) {
            text.append((char) bytes.readByte());
        }
        return text.toString();
    }

    /** Takes the element without looking at it. */
    void skip() throws IOException, ValueTooLargeException {
        if (!integer) {
            bytes.skip(length);
        }
    }
}
