package io.caravan.resp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Commands as one would type them, for tests: {@code SET key value} as the bytes that a server reads. */
public final class Typed {

    private Typed() {}

    /** One command after the other; arguments are separated by single blanks. */
    public static byte[] commands(String... lines) {
        var writer = new RespWriter(64);
        for (String line : lines) {
            writer.command(line.split(" ", -1));
        }
        return writer.toByteArray();
    }

    /** The characters of {@code text}, each a byte. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** One array after the other. */
    public static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
