package io.caravan.rdb;

import java.io.IOException;

/**
 * Passes over a value without decoding it: only lengths are read.
 *
 * <p>Rule: Redis {@code rdb.c}, {@code rdbLoadObject}; one method per layout. Not thread-safe; uses its input's thread.
 */
public final class ValueSkipper {

    private static final int MODULE_EOF = 0;
    private static final int MODULE_SINT = 1;
    private static final int MODULE_UINT = 2;
    private static final int MODULE_FLOAT = 3;
    private static final int MODULE_DOUBLE = 4;
    private static final int MODULE_STRING = 5;

    private final RdbInput in;

    /** @param in the snapshot */
    public ValueSkipper(RdbInput in) {
        this.in = in;
    }

    /**
     * Passes over the value of type byte {@code type}, whose first byte is the next one.
     *
     * @throws CorruptRdbException if there is no such type, or the value is not of its layout
     * @throws ValueTooLargeException if a mark is set and the value does not fit the window
     */
    public void skipValue(int type) throws IOException, ValueTooLargeException {
        switch (type) {
            case RdbType.STRING,
                    RdbType.HASH_ZIPMAP,
                    RdbType.LIST_ZIPLIST,
                    RdbType.SET_INTSET,
                    RdbType.ZSET_ZIPLIST,
                    RdbType.HASH_ZIPLIST,
                    RdbType.HASH_LISTPACK,
                    RdbType.ZSET_LISTPACK,
                    RdbType.SET_LISTPACK -> skipString();
            case RdbType.LIST, RdbType.SET, RdbType.LIST_QUICKLIST -> skipStrings(RdbLength.read(in));
            case RdbType.HASH -> skipStrings(2 * RdbLength.read(in));
            case RdbType.ZSET -> skipScoredByText();
            case RdbType.ZSET_2 -> skipScoredByDouble();
            case RdbType.LIST_QUICKLIST_2 -> skipQuicklist2();
            case RdbType.HASH_2_VALKEY -> skipValkeyHash();
            case RdbType.HASH_METADATA -> skipHashWithMetadata();
            case RdbType.HASH_LISTPACK_EX -> {
                in.skip(8);
                skipString();
            }
            case RdbType.STREAM_LISTPACKS -> skipStream(1);
            case RdbType.STREAM_LISTPACKS_2 -> skipStream(2);
            case RdbType.STREAM_LISTPACKS_3 -> skipStream(3);
            case RdbType.STREAM_LISTPACKS_4 -> skipStream(4);
            case RdbType.MODULE_2 -> skipModuleValue();
            default -> throw in.corrupt(RdbType.unknown(type));
        }
    }

    /** Passes over a string in any of its encodings. */
    public void skipString() throws IOException, ValueTooLargeException {
        int first = in.readByte();
        if (first >>> 6 != 3) {
            in.skip(RdbLength.read(first, in));
            return;
        }
        switch (first & 0x3f) {
            case RdbLength.INT8 -> in.skip(1);
            case RdbLength.INT16 -> in.skip(2);
            case RdbLength.INT32 -> in.skip(4);
            case RdbLength.LZF -> {
                long compressed = RdbLength.read(in);
                RdbLength.read(in); // the length once decompressed
                in.skip(compressed);
            }
            default -> throw in.corrupt("unknown string encoding " + (first & 0x3f));
        }
    }

    /** Passes over what a module wrote: its id, then pairs of opcode and datum until the opcode for the end. */
    public void skipModuleValue() throws IOException, ValueTooLargeException {
        RdbLength.readNumber(in); // module id and encoding version
        skipModuleData();
    }

    /** Passes over pairs of opcode and datum until the opcode for the end. */
    void skipModuleData() throws IOException, ValueTooLargeException {
        for (long opcode = RdbLength.read(in); opcode != MODULE_EOF; opcode = RdbLength.read(in)) {
            if (opcode == MODULE_SINT || opcode == MODULE_UINT) {
                RdbLength.readNumber(in);
            } else if (opcode == MODULE_FLOAT) {
                in.skip(4);
            } else if (opcode == MODULE_DOUBLE) {
                in.skip(8);
            } else if (opcode == MODULE_STRING) {
                skipString();
            } else {
                throw in.corrupt("unknown module opcode " + opcode);
            }
        }
    }

    private void skipStrings(long count) throws IOException, ValueTooLargeException {
        for (long i = 0; i < count; i++) {
            skipString();
        }
    }

    /** Scores as text: a length byte and digits, or 253, 254, 255 for nan and the infinities. */
    private void skipScoredByText() throws IOException, ValueTooLargeException {
        long count = RdbLength.read(in);
        for (long i = 0; i < count; i++) {
            skipString();
            int length = in.readByte();
            if (length < 253) {
                in.skip(length);
            }
        }
    }

    private void skipScoredByDouble() throws IOException, ValueTooLargeException {
        long count = RdbLength.read(in);
        for (long i = 0; i < count; i++) {
            skipString();
            in.skip(8);
        }
    }

    private void skipQuicklist2() throws IOException, ValueTooLargeException {
        long nodes = RdbLength.read(in);
        for (long i = 0; i < nodes; i++) {
            RdbLength.read(in); // plain or packed
            skipString();
        }
    }

    private void skipValkeyHash() throws IOException, ValueTooLargeException {
        long fields = RdbLength.read(in);
        for (long i = 0; i < fields; i++) {
            skipStrings(2);
            in.skip(8);
        }
    }

    private void skipHashWithMetadata() throws IOException, ValueTooLargeException {
        in.skip(8);
        long fields = RdbLength.read(in);
        for (long i = 0; i < fields; i++) {
            RdbLength.readNumber(in);
            skipStrings(2);
        }
    }

    private void skipStream(int version) throws IOException, ValueTooLargeException {
        skipStrings(2 * RdbLength.read(in));
        skipNumbers(version == 1 ? 3 : 8); // length and last id; from 2 on first id, greatest deleted id, entries added
        long groups = RdbLength.read(in);
        for (long i = 0; i < groups; i++) {
            skipString();
            skipNumbers(version == 1 ? 2 : 3);
            skipPending();
            skipConsumers(version);
        }
        if (version >= 4) {
            skipProducers();
        }
    }

    private void skipPending() throws IOException, ValueTooLargeException {
        long pending = RdbLength.read(in);
        for (long i = 0; i < pending; i++) {
            in.skip(16 + 8);
            RdbLength.readNumber(in);
        }
    }

    private void skipConsumers(int version) throws IOException, ValueTooLargeException {
        long consumers = RdbLength.read(in);
        for (long i = 0; i < consumers; i++) {
            skipString();
            in.skip(version >= 3 ? 16 : 8);
            long pending = RdbLength.read(in);
            for (long p = 0; p < pending; p++) {
                in.skip(16);
            }
        }
    }

    private void skipProducers() throws IOException, ValueTooLargeException {
        skipNumbers(2);
        long producers = RdbLength.read(in);
        for (long i = 0; i < producers; i++) {
            skipString();
            long ids = RdbLength.read(in);
            for (long id = 0; id < ids; id++) {
                skipString();
                skipNumbers(2);
            }
        }
        skipNumbers(2);
    }

    /** Passes over numbers in the length encoding, which may use all 64 bits. */
    void skipNumbers(long count) throws IOException, ValueTooLargeException {
        for (long i = 0; i < count; i++) {
            RdbLength.readNumber(in);
        }
    }
}
