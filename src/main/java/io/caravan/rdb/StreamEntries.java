package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The entries of a stream, a listpack at a time: each live one becomes an {@code XADD}, deleted ones are passed over.
 *
 * <p>Format (Redis {@code t_stream.c}, "The stream listpack"): a node's key is the 16 bytes of its master id; its
 * listpack is
 *
 * <pre>
 * &lt;live&gt; &lt;deleted&gt; &lt;n&gt; &lt;field 1&gt; … &lt;field n&gt; 0            the master entry
 * &lt;flags&gt; &lt;millis&gt; &lt;sequence&gt;                             of each entry, relative to the master id,
 * then
 *     &lt;value 1&gt; … &lt;value n&gt;                                if flag 2: it has the master's fields
 *     &lt;n&gt; &lt;field 1&gt; &lt;value 1&gt; … &lt;field n&gt; &lt;value n&gt;         if not
 *     &lt;number of elements of this entry&gt;
 * </pre>
 */
final class StreamEntries {

    private static final byte[] XADD = "XADD".getBytes(StandardCharsets.US_ASCII);
    private static final int DELETED = 1;
    private static final int SAME_FIELDS = 2;
    private static final int KEY_LENGTH = 16;
    private static final int FIRST_SIZE = 16;

    private final StringBytes bytes;
    private final CommandChunks chunks;
    private final CommandOutput out;
    private final Listpack listpack;
    private final Element element;
    private final StreamIds live;
    private final RespWriter masterFields = new RespWriter(256);

    /** {@code masterEnds[i]}: where master field i ends in {@link #masterFields}. */
    private int[] masterEnds = new int[FIRST_SIZE];

    private long masterMillis;
    private long masterSequence;
    private long masterCount;
    private long count;

    /** @param live where the ids of live entries are noted */
    StreamEntries(StringBytes bytes, CommandChunks chunks, CommandOutput out, StreamIds live) {
        this.bytes = bytes;
        this.chunks = chunks;
        this.out = out;
        this.live = live;
        listpack = new Listpack(bytes);
        element = new Element(bytes);
    }

    /** Decodes {@code nodes} nodes, the next of the input; returns the number of live entries. */
    long decode(long nodes) throws IOException, ValueTooLargeException {
        chunks.begin(XADD);
        count = 0;
        for (long i = 0; i < nodes; i++) {
            if (bytes.open() != KEY_LENGTH) {
                throw bytes.corrupt("a stream node's key of " + bytes.left() + " bytes instead of " + KEY_LENGTH);
            }
            masterMillis = bytes.readBigEndian(8);
            masterSequence = bytes.readBigEndian(8);
            decodeNode();
        }
        return count;
    }

    private void decodeNode() throws IOException, ValueTooLargeException {
        listpack.begin();
        long entries = listpack.nextInteger(element) + listpack.nextInteger(element);
        readMasterFields(listpack.nextInteger(element));
        if (listpack.nextInteger(element) != 0) {
            throw bytes.corrupt("a stream node's fields have no end");
        }
        long found = 0;
        for (; listpack.next(element); found++) {
            if (!element.isInteger()) {
                throw bytes.corrupt("a stream entry has no flags");
            }
            decodeEntry(element.integer());
        }
        if (found != entries) {
            throw bytes.corrupt("a stream node of " + entries + " entries has " + found);
        }
    }

    private void readMasterFields(long fields) throws IOException, ValueTooLargeException {
        out.reuse(masterFields);
        masterCount = fields;
        for (int i = 0; i < fields; i++) {
            next();
            if (!chunks.canHold(masterFields.length() + element.length())) {
                element.skip();
                continue;
            }
            element.writeTo(masterFields);
            if (i == masterEnds.length) {
                masterEnds = Arrays.copyOf(masterEnds, i * 2);
            }
            masterEnds[i] = masterFields.length();
        }
    }

    private void decodeEntry(long flags) throws IOException, ValueTooLargeException {
        long millis = masterMillis + listpack.nextInteger(element);
        long sequence = masterSequence + listpack.nextInteger(element);
        boolean sameFields = (flags & SAME_FIELDS) != 0;
        long fields = sameFields ? masterCount : listpack.nextInteger(element);
        if ((flags & DELETED) == 0) {
            chunks.hold(new StreamId(millis, sequence).text());
            takeFields(fields, sameFields);
            chunks.endUnit();
            chunks.flush(); // One XADD takes one entry.
            live.add(millis, sequence, 0, 0);
            count++;
        } else {
            skip(sameFields ? fields : 2 * fields);
        }
        long elements = sameFields ? fields + 3 : 2 * fields + 4;
        if (listpack.nextInteger(element) != elements) {
            throw bytes.corrupt("a stream entry does not have the " + elements + " elements that it should");
        }
    }

    private void takeFields(long fields, boolean sameFields) throws IOException, ValueTooLargeException {
        if (fields < 1) {
            throw bytes.corrupt("a stream entry without fields");
        }
        for (long i = 0; i < fields; i++) {
            if (sameFields) {
                holdMasterField((int) i);
            } else {
                next();
                chunks.hold(element);
            }
            next();
            if (i < fields - 1) {
                chunks.hold(element);
            } else {
                chunks.last(element);
            }
        }
    }

    private void holdMasterField(int i) {
        if (chunks.canHold(0)) {
            int from = i == 0 ? 0 : masterEnds[i - 1];
            chunks.holdEncoded(masterFields.bytes(), from, masterEnds[i] - from);
        }
    }

    private void skip(long elements) throws IOException, ValueTooLargeException {
        for (long i = 0; i < elements; i++) {
            next();
            element.skip();
        }
    }

    private void next() throws IOException, ValueTooLargeException {
        if (!listpack.next(element)) {
            throw bytes.corrupt("a stream node ends within an entry");
        }
    }
}
