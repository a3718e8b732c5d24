package io.caravan.rdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A set becomes {@code SADD} commands. */
final class SetDecoder {

    private static final byte[] SADD = "SADD".getBytes(StandardCharsets.US_ASCII);

    private final RdbInput in;
    private final StringBytes bytes;
    private final CommandChunks chunks;
    private final Element element;

    SetDecoder(RdbInput in, StringBytes bytes, CommandChunks chunks) {
        this.in = in;
        this.bytes = bytes;
        this.chunks = chunks;
        element = new Element(bytes);
    }

    void decode(int type) throws IOException, ValueTooLargeException {
        Elements members = switch (type) {
            case RdbType.SET -> new PlainStrings(bytes).begin(RdbLength.read(in));
            case RdbType.SET_INTSET -> new Intset(bytes).begin();
            default -> new Listpack(bytes).begin();
        };
        chunks.begin(SADD);
        while (members.next(element)) {
            chunks.last(element);
            chunks.endUnit();
        }
        chunks.flush();
    }
}
