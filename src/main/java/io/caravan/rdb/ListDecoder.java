package io.caravan.rdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A list becomes {@code RPUSH} commands. The key is not removed before: whether an old list must go is decided on the
 * route.
 *
 * <p>Rule: Redis {@code rdb.c}, {@code rdbSaveObject}; {@code quicklist.h} for the containers of a node.
 */
final class ListDecoder {

    private static final byte[] RPUSH = "RPUSH".getBytes(StandardCharsets.US_ASCII);
    private static final int CONTAINER_PLAIN = 1;
    private static final int CONTAINER_PACKED = 2;

    private final RdbInput in;
    private final CommandChunks chunks;
    private final Element element;
    private final PlainStrings strings;
    private final Ziplist ziplist;
    private final Listpack listpack;

    ListDecoder(RdbInput in, StringBytes bytes, CommandChunks chunks) {
        this.in = in;
        this.chunks = chunks;
        element = new Element(bytes);
        strings = new PlainStrings(bytes);
        ziplist = new Ziplist(bytes);
        listpack = new Listpack(bytes);
    }

    void decode(int type) throws IOException, ValueTooLargeException {
        chunks.begin(RPUSH);
        switch (type) {
            case RdbType.LIST -> push(strings.begin(RdbLength.read(in)));
            case RdbType.LIST_ZIPLIST -> push(ziplist.begin());
            case RdbType.LIST_QUICKLIST -> pushZiplists(RdbLength.read(in));
            default -> pushNodes(RdbLength.read(in));
        }
        chunks.flush();
    }

    private void pushZiplists(long count) throws IOException, ValueTooLargeException {
        for (long i = 0; i < count; i++) {
            push(ziplist.begin());
        }
    }

    /** A plain node is one element, too large for a listpack. */
    private void pushNodes(long count) throws IOException, ValueTooLargeException {
        for (long i = 0; i < count; i++) {
            long container = RdbLength.read(in);
            if (container == CONTAINER_PLAIN) {
                push(strings.begin(1));
            } else if (container == CONTAINER_PACKED) {
                push(listpack.begin());
            } else {
                throw in.corrupt("a list node of unknown container " + container);
            }
        }
    }

    private void push(Elements elements) throws IOException, ValueTooLargeException {
        while (elements.next(element)) {
            chunks.last(element);
            chunks.endUnit();
        }
    }
}
