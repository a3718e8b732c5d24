package io.caravan.rdb;

/**
 * What {@code DUMP} answers and {@code RESTORE} takes:
 *
 * <pre>
 * &lt;type byte&gt; &lt;value, as in a snapshot&gt; &lt;RDB version, 2 bytes&gt; &lt;CRC-64 of all that, 8 bytes&gt;
 * </pre>
 *
 * the two last least significant byte first. Rule: Redis {@code cluster.c}, {@code createDumpPayload} and
 * {@code verifyDumpPayload}; unlike a snapshot's, the checksum is always compared, even if it is 0.
 *
 * <p>KeyDB puts a property of its own between value and footer; who decodes a value stops before it, and servers do not
 * mind.
 *
 * <p>The static methods compose a payload around a value in a window, allocating nothing: {@link #lengthOf}, the type
 * byte, the value, {@link #writeFooter}.
 */
public final class DumpPayload {

    /** Version and checksum. */
    public static final int FOOTER_LENGTH = 10;

    private static final int VERSION_LENGTH = 2;

    private final byte[] payload;

    private DumpPayload(byte[] payload) {
        this.payload = payload;
    }

    /**
     * Takes apart what {@code DUMP} answered; the array is not copied.
     *
     * @throws CorruptRdbException if it is too short or its checksum is wrong
     */
    public static DumpPayload of(byte[] payload) throws CorruptRdbException {
        if (payload.length < 1 + FOOTER_LENGTH) {
            throw new CorruptRdbException("a DUMP payload of " + payload.length + " bytes", payload.length);
        }
        var dump = new DumpPayload(payload);
        int checked = payload.length - FOOTER_LENGTH + VERSION_LENGTH;
        long computed = Crc64.update(0, payload, 0, checked);
        long written = littleEndian(payload, checked, Long.BYTES);
        if (computed != written) {
            throw new CorruptRdbException(
                    "a DUMP payload with checksum %016x, its bytes have %016x".formatted(written, computed), checked);
        }
        return dump;
    }

    /** The value's type byte. */
    public int type() {
        return payload[0] & 0xff;
    }

    /** The RDB version that it is stamped with. */
    public int version() {
        return (int) littleEndian(payload, payload.length - FOOTER_LENGTH, VERSION_LENGTH);
    }

    /** The value, to be decoded by {@link ValueDecoder}; every call begins at its first byte. */
    public RdbInput value() {
        return RdbInput.of(payload, 1, payload.length - FOOTER_LENGTH);
    }

    /** A payload of the same value with another version, to be checked by a server that writes that one. */
    public byte[] restamped(int version) {
        byte[] other = payload.clone();
        int length = payload.length - 1 - FOOTER_LENGTH;
        writeFooter(other, payload.length - FOOTER_LENGTH, version, checksum(type(), payload, 1, length, version));
        return other;
    }

    /** Length of the payload of a value of {@code valueLength} bytes. */
    public static int lengthOf(int valueLength) {
        return 1 + valueLength + FOOTER_LENGTH;
    }

    /** The checksum of the payload of type byte, value (a slice of {@code window}) and version. */
    public static long checksum(int type, byte[] window, int from, int length, int version) {
        return checksum(Crc64.update(Crc64.update(0, type), window, from, length), version);
    }

    /** The checksum of the payload of a version, given that of its type byte and value. */
    public static long checksum(long typeAndValue, int version) {
        return Crc64.update(Crc64.update(typeAndValue, version), version >>> 8);
    }

    /** Writes the {@link #FOOTER_LENGTH} bytes behind the value. */
    public static void writeFooter(byte[] target, int at, int version, long checksum) {
        target[at] = (byte) version;
        target[at + 1] = (byte) (version >>> 8);
        for (int i = 0; i < Long.BYTES; i++) {
            target[at + VERSION_LENGTH + i] = (byte) (checksum >>> (8 * i));
        }
    }

    private static long littleEndian(byte[] bytes, int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[at + i] & 0xffL) << (8 * i);
        }
        return value;
    }
}
