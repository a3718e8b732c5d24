package io.caravan.rdb;

import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;

/** A source of more bytes than should be held: they are made while they are read. */
final class GeneratedBytes implements ByteSource {

    private static final class Run {
        private final byte[] pattern;
        private final long length;

        Run(byte[] pattern, long times) {
            this.pattern = pattern;
            length = pattern.length * times;
        }
    }

    private final List<Run> runs = new ArrayList<>();
    private long length;
    private int run;
    private long offset;

    GeneratedBytes then(String notation) {
        return thenRepeated(notation, 1);
    }

    /** The bytes of {@code notation}, {@code times} times. */
    GeneratedBytes thenRepeated(String notation, long times) {
        byte[] pattern = Literal.bytes(notation);
        runs.add(new Run(pattern, times));
        length += pattern.length * times;
        return this;
    }

    /** How many bytes there are in all. */
    long length() {
        return length;
    }

    @Override
    public int read(byte[] target, int at, int room) throws EOFException {
        while (run < runs.size() && offset == runs.get(run).length) {
            run++;
            offset = 0;
        }
        if (run == runs.size()) {
            throw new EOFException("all was generated");
        }
        Run current = runs.get(run);
        int count = (int) Math.min(room, current.length - offset);
        for (int i = 0; i < count; i++) {
            target[at + i] = current.pattern[(int) ((offset + i) % current.pattern.length)];
        }
        offset += count;
        return count;
    }
}
