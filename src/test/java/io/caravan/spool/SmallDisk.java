package io.caravan.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A disk with room for so many bytes, ever; a write that does not fit is done in part, as a real one's is. */
final class SmallDisk implements SpoolDisk {

    volatile long room;

    SmallDisk(long room) {
        this.room = room;
    }

    @Override
    public WritableByteChannel create(Path file) throws IOException {
        WritableByteChannel real = SpoolDisk.REAL.create(file);
        return new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                int fits = (int) Math.min(room, bytes.remaining());
                if (fits == 0 && bytes.hasRemaining()) {
                    throw new IOException("No space left on device");
                }
                ByteBuffer part = bytes.slice(bytes.position(), fits);
                int written = real.write(part);
                bytes.position(bytes.position() + written);
                room -= written;
                return written;
            }

            @Override
            public boolean isOpen() {
                return real.isOpen();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }

    @Override
    public long usableBytes(Path folder) {
        return room;
    }
}
