package io.caravan.servers;

import java.nio.charset.StandardCharsets;

/** Keys and values as text for messages: what is no printable ASCII becomes {@code \xNN}, cut at 100 bytes. */
final class Printable {
    private static final int LIMIT = 100;

    private Printable() {}

    static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length && i < LIMIT; i++) {
            int b = bytes[i] & 0xff;
            if (b >= 0x20 && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b));
            }
        }
        return bytes.length > LIMIT ? text + "… (" + bytes.length + " bytes)" : text.toString();
    }

    /** For text that holds one byte in each character. */
    static String ofLatin1(String text) {
        return of(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
