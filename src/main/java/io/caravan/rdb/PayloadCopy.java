package io.caravan.rdb;

import io.caravan.rdb.RdbInput.PassedBytes;
import java.io.IOException;

/**
 * Copies a value out of the snapshot as the payload that {@code RESTORE} takes ({@link DumpPayload}), while it arrives and
 * whatever its size: for values that cannot be decoded into commands and are too large to be held.
 *
 * <p>Not thread-safe; uses its input's thread.
 */
public final class PayloadCopy {

    private final RdbInput in;
    private final ValueSkipper skipper;

    /** @param in the snapshot; no mark may be set while copying */
    public PayloadCopy(RdbInput in) {
        this.in = in;
        skipper = new ValueSkipper(in);
    }

    /**
     * Passes over the value whose first byte is the input's next, and gives its payload to {@code target}.
     *
     * @param type the value's type byte
     * @param version the RDB version to stamp it with
     * @throws CorruptRdbException if the value is not of its layout; part of it has been given then
     */
    public void copy(int type, int version, PassedBytes target) throws IOException {
        byte[] footer = new byte[DumpPayload.FOOTER_LENGTH];
        var copied = new Checked(target);
        copied.take(new byte[] {(byte) type}, 0, 1);
        in.copyTo(copied);
        try {
            skipper.skipValue(type);
        } catch (ValueTooLargeException e) {
            throw new IllegalStateException("a mark is set on the input, which would have to hold the value", e);
        }
        in.endCopy();
        DumpPayload.writeFooter(footer, 0, version, DumpPayload.checksum(copied.crc, version));
        target.take(footer, 0, footer.length);
    }

    /** Computes the checksum of what goes through. */
    private static final class Checked implements PassedBytes {

        private final PassedBytes target;
        private long crc;

        private Checked(PassedBytes target) {
            this.target = target;
        }

        @Override
        public void take(byte[] bytes, int from, int length) throws IOException {
            crc = Crc64.update(crc, bytes, from, length);
            target.take(bytes, from, length);
        }
    }
}
