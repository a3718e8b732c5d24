package io.caravan.servers;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads RESP2 replies: {@link String} for a status, {@link Long}, {@code byte[]} for a bulk string, {@link List},
 * {@link RespError}, and null for the null bulk string and the null array.
 */
final class RespReader {
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int next;
    private int end;

    RespReader(InputStream in) {
        this.in = in;
    }

    @Nullable
    Object read() throws IOException {
        int type = readByte();
        return switch (type) {
            case '+' -> readLine();
            case '-' -> new RespError(readLine());
            case ':' -> Long.valueOf(readLine());
            case '$' -> readBulk(Integer.parseInt(readLine()));
            case '*' -> readArray(Integer.parseInt(readLine()));
            default -> throw new IOException("byte " + type + " begins no RESP2 reply");
        };
    }

    private byte @Nullable [] readBulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            require();
            int part = Math.min(length - done, end - next);
            System.arraycopy(buffer, next, bytes, done, part);
            next += part;
            done += part;
        }
        readByte(); // \r
        readByte(); // \n
        return bytes;
    }

    private @Nullable List<@Nullable Object> readArray(int size) throws IOException {
        if (size < 0) {
            return null;
        }
        List<@Nullable Object> items = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            items.add(read());
        }
        return items;
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = readByte(); b != '\r'; b = readByte()) {
            line.append((char) b);
        }
        readByte(); // \n
        return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private int readByte() throws IOException {
        require();
        return buffer[next++] & 0xff;
    }

    private void require() throws IOException {
        if (next == end) {
            next = 0;
            end = in.read(buffer);
            if (end < 0) {
                end = 0;
                throw new EOFException("the server closed the connection");
            }
        }
    }
}
