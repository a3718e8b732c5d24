package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.resp.Arguments;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A command that is being written, word by word. */
final class Words {

    private final List<byte[]> words = new ArrayList<>();

    private Words() {}

    static Words of(String name) {
        return new Words().add(name);
    }

    /** All arguments but {@code count} of them from {@code from} on. */
    static Words without(Arguments arguments, int from, int count) {
        return new Words().copy(arguments, 0, from).copy(arguments, from + count, arguments.count());
    }

    Words add(String word) {
        return add(word.getBytes(StandardCharsets.US_ASCII));
    }

    Words add(long number) {
        return add(Long.toString(number));
    }

    Words add(byte[] word) {
        words.add(word);
        return this;
    }

    /** An argument as it is. */
    Words copy(Arguments arguments, int i) {
        return add(arguments.copy(i));
    }

    /** Arguments as they are. */
    Words copy(Arguments arguments, int from, int to) {
        for (int i = from; i < to; i++) {
            copy(arguments, i);
        }
        return this;
    }

    /** Puts it in the place of a command. */
    void replace(CommandCursor command) {
        command.replace(array());
    }

    /** Puts it behind a command. */
    void insertAfter(CommandCursor command) {
        command.insertAfter(array());
    }

    /** Puts it before a command. */
    void insertBefore(CommandCursor command) {
        command.insertBefore(array());
    }

    private byte[][] array() {
        return words.toArray(new byte[0][]);
    }
}
