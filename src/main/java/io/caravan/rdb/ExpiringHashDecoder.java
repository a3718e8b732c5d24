package io.caravan.rdb;

import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * A hash whose fields may expire becomes {@code HSET} and {@code HPEXPIREAT} commands; with a past time that one removes the field. A field
 * whose time has passed by {@code nowMillis} is left out, unless its value was too large to be held.
 *
 * <p>Layouts: Redis 7.4 {@code rdb.c}, {@code rdbLoadHashMetadata…}: {@code <min 8> <n> (<t> <field> <value>)…}, t
 * being 0 or the time minus min plus 1, and {@code <min 8> <listpack of field, value, time or 0>}; Valkey 9:
 * {@code <n> (<field> <value> <time 8, or -1>)…}. Times are milliseconds since 1970.
 */
final class ExpiringHashDecoder {

    private static final long NEVER = Long.MAX_VALUE;

    private final RdbInput in;
    private final CommandChunks chunks;
    private final Element element;
    private final PlainStrings strings;
    private final Listpack listpack;
    private final FieldExpiries expiries;
    private final LongSupplier nowMillis;
    private long now;

    ExpiringHashDecoder(
            RdbInput in, StringBytes bytes, CommandChunks chunks, FieldExpiries expiries, LongSupplier nowMillis) {
        this.in = in;
        this.chunks = chunks;
        this.nowMillis = nowMillis;
        element = new Element(bytes);
        strings = new PlainStrings(bytes);
        listpack = new Listpack(bytes);
        this.expiries = expiries;
    }

    void decode(int type) throws IOException, ValueTooLargeException {
        now = nowMillis.getAsLong();
        chunks.begin(HashDecoder.HSET);
        expiries.clear();
        switch (type) {
            case RdbType.HASH_METADATA -> decodeWithMinimum();
            case RdbType.HASH_LISTPACK_EX -> decodeListpack();
            default -> decodeValkey();
        }
        chunks.flush();
        expiries.flush();
    }

    private void decodeWithMinimum() throws IOException, ValueTooLargeException {
        long minimum = in.readLongLittleEndian();
        long fields = RdbLength.read(in);
        for (long i = 0; i < fields; i++) {
            long sinceMinimum = RdbLength.read(in);
            readFieldAndValue(strings.begin(2));
            end(sinceMinimum == 0 ? NEVER : minimum + sinceMinimum - 1);
        }
    }

    private void decodeListpack() throws IOException, ValueTooLargeException {
        in.skip(8); // the least of the times
        listpack.begin();
        while (readFieldAndValue(listpack)) {
            long time = listpack.nextInteger(element);
            end(time == 0 ? NEVER : time);
        }
    }

    private void decodeValkey() throws IOException, ValueTooLargeException {
        long fields = RdbLength.read(in);
        for (long i = 0; i < fields; i++) {
            readFieldAndValue(strings.begin(2));
            long time = in.readLongLittleEndian();
            end(time < 0 ? NEVER : time);
        }
    }

    private boolean readFieldAndValue(Elements elements) throws IOException, ValueTooLargeException {
        if (!elements.next(element)) {
            return false;
        }
        chunks.hold(element);
        // Copied here, since a large value takes the held field along.
        expiries.field(chunks.heldBytes(), chunks.unitStart(), chunks.heldEnd());
        if (!elements.next(element)) {
            throw in.corrupt("a hash has a field without value");
        }
        chunks.last(element);
        return true;
    }

    private void end(long time) throws IOException {
        if (time <= now && chunks.holdsUnit()) {
            chunks.abandonUnit();
            return;
        }
        chunks.endUnit();
        if (time == NEVER) {
            return;
        }
        expiries.expireAt(time);
        if (expiries.areMany()) {
            chunks.flush(); // A field must exist before its expiry is set.
            expiries.flush();
        }
    }
}
