package io.caravan.rdb;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as a test writes them: hexadecimal pairs, and text between apostrophes; {@code "03 'abc' ff"}. */
final class Literal {

    private static final Pattern TOKEN = Pattern.compile("'([^']*)'|([0-9a-f]{2})|\\s+");

    private Literal() {}

    static byte[] bytes(String notation) {
        var bytes = new ByteArrayOutputStream();
        Matcher token = TOKEN.matcher(notation);
        int at = 0;
        while (token.lookingAt()) {
            if (token.group(1) != null) {
                bytes.writeBytes(token.group(1).getBytes(StandardCharsets.UTF_8));
            } else if (token.group(2) != null) {
                bytes.writeBytes(HexFormat.of().parseHex(token.group(2)));
            }
            at = token.end();
            if (at == notation.length()) {
                break;
            }
            token.region(at, notation.length());
        }
        if (at != notation.length()) {
            throw new IllegalArgumentException("not understood from character " + at + " on: " + notation);
        }
        return bytes.toByteArray();
    }

    /** The notation of a length of up to 32 bits. */
    static String length(int length) {
        if (length < 64) {
            return "%02x ".formatted(length);
        }
        return length < 16384
                ? "%02x %02x ".formatted(0x40 | (length >>> 8), length & 0xff)
                : "80 " + bigEndian(length, 4);
    }

    /** The notation of a plain string. */
    static String string(String notation) {
        byte[] content = bytes(notation);
        return length(content.length) + hex(content);
    }

    static String littleEndian(long value, int count) {
        var notation = new StringBuilder();
        for (int i = 0; i < count; i++) {
            notation.append("%02x ".formatted((value >>> (8 * i)) & 0xff));
        }
        return notation.toString();
    }

    static String bigEndian(long value, int count) {
        var notation = new StringBuilder();
        for (int i = count - 1; i >= 0; i--) {
            notation.append("%02x ".formatted((value >>> (8 * i)) & 0xff));
        }
        return notation.toString();
    }

    static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes) + " ";
    }

    /** A string value that holds a listpack of these entries, each with its backward length, which is one byte. */
    static String listpack(String... entries) {
        var body = new StringBuilder();
        int length = 6;
        for (String entry : entries) {
            int entryLength = bytes(entry).length;
            body.append(entry).append("%s%02x ".formatted(" ", entryLength));
            length += entryLength + 1;
        }
        return string(littleEndian(length + 1, 4) + littleEndian(entries.length, 2) + body + "ff");
    }

    /** A string value that holds a ziplist of these entries, each without the length of the one before. */
    static String ziplist(String... entries) {
        var body = new StringBuilder();
        int before = 0;
        int length = 10;
        int last = length;
        for (String entry : entries) {
            body.append("%02x ".formatted(before)).append(entry).append(' ');
            before = 1 + bytes(entry).length;
            last = length;
            length += before;
        }
        return string(
                littleEndian(length + 1, 4) + littleEndian(last, 4) + littleEndian(entries.length, 2) + body + "ff");
    }
}
