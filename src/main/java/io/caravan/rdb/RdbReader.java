package io.caravan.rdb;

import io.caravan.resp.MalformedRespException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks through a snapshot: {@link #next()} passes everything up to the next thing of interest and says what it is.
 *
 * <p>At {@link Entry#KEY} the key and its attributes can be asked for, and the next byte of the input is the first of
 * the value, which the caller must pass ({@link ValueSkipper}, or by decoding it). Not thread-safe; the shard's thread
 * owns it.
 *
 * <p>Rule: Redis {@code rdb.c}, {@code rdbLoadRioWithLoadingCtx}.
 */
public final class RdbReader {

    /** What {@link #next()} came to. */
    public enum Entry {
        /** A key; its value follows in the input. */
        KEY,
        /** A property of the snapshot: {@link #auxName()} and {@link #auxValue()}. */
        AUX,
        /** The code of a function library: {@link #auxValue()}. */
        FUNCTION,
        /** The end; its checksum was right. */
        END
    }

    /** What {@link #expireAtMillis()} is for a key that does not expire. */
    public static final long NO_EXPIRY = 0;

    /** What {@link #idleSeconds()} and {@link #frequency()} are when the snapshot does not tell. */
    public static final int NOT_TOLD = -1;

    private static final int OP_KEY_META_OR_SLOT_IMPORT = 243;
    private static final int OP_SLOT_INFO = 244;
    private static final int OP_FUNCTION_2 = 245;
    private static final int OP_FUNCTION_PRE_GA = 246;
    private static final int OP_MODULE_AUX = 247;
    private static final int OP_IDLE = 248;
    private static final int OP_FREQ = 249;
    private static final int OP_AUX = 250;
    private static final int OP_RESIZE_DB = 251;
    private static final int OP_EXPIRE_MILLIS = 252;
    private static final int OP_EXPIRE_SECONDS = 253;
    private static final int OP_SELECT_DB = 254;
    private static final int OP_EOF = 255;

    /** First version whose end is followed by a checksum. */
    private static final int CHECKSUM_SINCE = 5;

    /** First Redis version whose opcode 243 is metadata of a key. */
    private static final int KEY_META_SINCE = 13;

    private static final int MAGIC_LENGTH = 9;

    private final RdbInput in;
    private final ValueSkipper skipper;
    private final StringBytes strings;
    private int version;
    private boolean valkey;
    private int database;
    private long announcedKeys;
    private int type;
    private byte[] key = {};
    private long expireAtMillis;
    private int idleSeconds;
    private int frequency;
    private String auxName = "";
    private byte[] auxValue = {};

    /** @param in the snapshot, at its first byte */
    public RdbReader(RdbInput in) {
        this.in = in;
        skipper = new ValueSkipper(in);
        strings = new StringBytes(in);
    }

    /**
     * Reads the first nine bytes, {@code REDIS0011} or {@code VALKEY080}.
     *
     * @throws CorruptRdbException if they are something else
     */
    public void readHeader() throws IOException {
        try {
            in.require(MAGIC_LENGTH);
        } catch (ValueTooLargeException e) {
            throw new IllegalStateException("nine bytes fit every window", e);
        }
        var magic = new String(in.window(), in.position(), MAGIC_LENGTH, StandardCharsets.ISO_8859_1);
        valkey = magic.matches("VALKEY[0-9]{3}");
        if (!valkey && !magic.matches("REDIS[0-9]{4}")) {
            throw in.corrupt("it begins with '" + MalformedRespException.quote(magic)
                    + "' instead of REDIS or VALKEY and a version");
        }
        version = Integer.parseInt(magic.substring(valkey ? 6 : 5));
        in.advance(MAGIC_LENGTH);
    }

    /**
     * Goes on to the next entry.
     *
     * @throws CorruptRdbException if the bytes are no snapshot, or the checksum at the end is wrong
     * @throws IOException if the source of the bytes fails
     */
    public Entry next() throws IOException {
        expireAtMillis = NO_EXPIRY;
        idleSeconds = NOT_TOLD;
        frequency = NOT_TOLD;
        try {
            return readUntilEntry();
        } catch (ValueTooLargeException e) {
            throw in.corrupt("a key or property larger than may be held in memory");
        }
    }

    /** The RDB version, from the header. */
    public int version() {
        return version;
    }

    /** Whether the header is Valkey's own ({@code VALKEY080}); its version numbers and types 22 on are not Redis's. */
    public boolean valkey() {
        return valkey;
    }

    /** The database of the key. */
    public int database() {
        return database;
    }

    /** How many keys the databases that were begun have, as the snapshot says; 0 if it does not. */
    public long announcedKeys() {
        return announcedKeys;
    }

    /** The type byte of the key's value, see {@link RdbType}. */
    public int type() {
        return type;
    }

    /** The key; belongs to the caller. */
    public byte[] key() {
        return key;
    }

    /** When the key expires, milliseconds since 1970; {@link #NO_EXPIRY} if it does not. */
    public long expireAtMillis() {
        return expireAtMillis;
    }

    /** Seconds since the key was last used, {@link #NOT_TOLD} if unknown. */
    public int idleSeconds() {
        return idleSeconds;
    }

    /** The key's logarithmic access counter, {@link #NOT_TOLD} if unknown. */
    public int frequency() {
        return frequency;
    }

    /** Name of the property. */
    public String auxName() {
        return auxName;
    }

    /** Value of the property, or the code of the function library. */
    public byte[] auxValue() {
        return auxValue;
    }

    private Entry readUntilEntry() throws IOException, ValueTooLargeException {
        while (true) {
            int opcode = in.readByte();
            switch (opcode) {
                case OP_SELECT_DB -> database = readDatabase();
                case OP_RESIZE_DB -> {
                    announcedKeys += Math.max(0, RdbLength.readNumber(in));
                    skipper.skipNumbers(1); // how many of them expire
                }
                case OP_SLOT_INFO -> skipper.skipNumbers(3);
                case OP_EXPIRE_MILLIS -> expireAtMillis = expiry(in.readLongLittleEndian());
                case OP_EXPIRE_SECONDS -> expireAtMillis = expiry(readSeconds() * 1000);
                case OP_IDLE -> idleSeconds = (int) Math.min(RdbLength.read(in), Integer.MAX_VALUE);
                case OP_FREQ -> frequency = in.readByte();
                case OP_MODULE_AUX -> skipper.skipModuleValue();
                case OP_KEY_META_OR_SLOT_IMPORT -> skipKeyMetaOrSlotImport();
                case OP_AUX -> {
                    auxName = new String(strings.readWhole(), StandardCharsets.UTF_8);
                    auxValue = strings.readWhole();
                    return Entry.AUX;
                }
                case OP_FUNCTION_2 -> {
                    auxValue = strings.readWhole();
                    return Entry.FUNCTION;
                }
                case OP_FUNCTION_PRE_GA ->
                    throw in.corrupt("functions of a Redis 7.0 release candidate; upgrade the source to 7.0 or later");
                case OP_EOF -> {
                    readChecksum();
                    return Entry.END;
                }
                default -> {
                    refusePreRelease(opcode);
                    type = opcode;
                    key = strings.readWhole();
                    return Entry.KEY;
                }
            }
        }
    }

    private int readDatabase() throws IOException, ValueTooLargeException {
        long number = RdbLength.read(in);
        if (number > Integer.MAX_VALUE) {
            throw in.corrupt("database " + number + ", which no server has");
        }
        return (int) number;
    }

    /** A time before 1970 has passed as well as one after: it must not be taken for {@link #NO_EXPIRY}. */
    private static long expiry(long millis) {
        return Math.max(millis, NO_EXPIRY + 1);
    }

    private long readSeconds() throws IOException, ValueTooLargeException {
        return Integer.toUnsignedLong(Integer.reverseBytes((int) in.readIntBigEndian()));
    }

    /** Redis 7.4's release candidates wrote 22 and 23; Valkey 9's 22 is another layout, and it has its own header. */
    private void refusePreRelease(int valueType) throws CorruptRdbException {
        if (!valkey && (valueType == RdbType.HASH_2_VALKEY || valueType == RdbType.HASH_LISTPACK_EX_PRE_GA)) {
            throw in.corrupt("a hash of a Redis 7.4 release candidate; upgrade the source to 7.4 or later");
        }
    }

    /** Redis 8.6 (version 13) puts metadata of a key there, Valkey 9 the slots that are being imported. */
    private void skipKeyMetaOrSlotImport() throws IOException, ValueTooLargeException {
        if (valkey || version < KEY_META_SINCE) {
            skipper.skipString();
            skipper.skipNumbers(2 * RdbLength.read(in));
            return;
        }
        long classes = RdbLength.read(in);
        for (long i = 0; i < classes; i++) {
            in.skip(4);
            skipper.skipModuleData();
        }
    }

    private void readChecksum() throws IOException, ValueTooLargeException {
        if (version < CHECKSUM_SINCE && !valkey) {
            return;
        }
        long computed = in.checksum();
        long written = in.readLongLittleEndian();
        if (written != 0 && written != computed) { // 0: the source has rdbchecksum no
            throw in.corrupt(
                    "its checksum is %016x, that of the bytes received %016x; the snapshot was damaged on its way"
                            .formatted(written, computed));
        }
    }

    @Override
    public String toString() {
        return "RdbReader[version " + version + ", at byte " + in.offset() + ", key "
                + MalformedRespException.quote(Arrays.copyOf(key, Math.min(key.length, 100))) + "]";
    }
}
