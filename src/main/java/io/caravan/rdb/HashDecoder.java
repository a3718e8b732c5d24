package io.caravan.rdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A hash whose fields do not expire becomes {@code HSET} commands. */
final class HashDecoder {

    static final byte[] HSET = "HSET".getBytes(StandardCharsets.US_ASCII);

    private final RdbInput in;
    private final StringBytes bytes;
    private final CommandChunks chunks;
    private final Element element;

    HashDecoder(RdbInput in, StringBytes bytes, CommandChunks chunks) {
        this.in = in;
        this.bytes = bytes;
        this.chunks = chunks;
        element = new Element(bytes);
    }

    void decode(int type) throws IOException, ValueTooLargeException {
        Elements fieldsAndValues = switch (type) {
            case RdbType.HASH -> new PlainStrings(bytes).begin(2 * RdbLength.read(in));
            case RdbType.HASH_ZIPMAP -> new Zipmap(bytes).begin();
            case RdbType.HASH_ZIPLIST -> new Ziplist(bytes).begin();
            default -> new Listpack(bytes).begin();
        };
        chunks.begin(HSET);
        while (fieldsAndValues.next(element)) {
            chunks.hold(element);
            if (!fieldsAndValues.next(element)) {
                throw in.corrupt("a hash has a field without value");
            }
            chunks.last(element);
            chunks.endUnit();
        }
        chunks.flush();
    }
}
