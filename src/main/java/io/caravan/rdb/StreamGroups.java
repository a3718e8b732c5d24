package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;

/**
 * The consumer groups of a stream become {@code XGROUP CREATE}, {@code XGROUP CREATECONSUMER}, and an {@code XCLAIM}
 * for each pending entry.
 *
 * <p>What cannot be said in commands is left out: the times at which a consumer was seen; on a destination before 6.2 a
 * consumer without pending entries (Redis's own {@code rewriteStreamObject} leaves it out as well); and a pending entry
 * whose message was deleted or trimmed, which {@code XCLAIM … FORCE} passes over in every version (measured: 5.0.14,
 * 6.0.5, 6.2.7, 7.0.15, 7.2.6, 7.4.1, Valkey 8.0.1).
 *
 * <p>A group's pending entries come before its consumers, who own them, and so have to be kept: up to
 * {@value #MOST_PENDING} a group, the newest. Those before are claimed as delivered now, once.
 */
final class StreamGroups {

    private static final int MOST_PENDING = 1 << 20;

    /** What {@code entries_read} is when the server does not know it: {@code SCG_INVALID_ENTRIES_READ}. */
    private static final long UNKNOWN = -1;

    private final RdbInput in;
    private final StringBytes bytes;
    private final CommandOutput out;
    private final DecodeTarget target;
    private final StreamIds pending = new StreamIds(MOST_PENDING);

    StreamGroups(RdbInput in, StringBytes bytes, CommandOutput out, DecodeTarget target) {
        this.in = in;
        this.bytes = bytes;
        this.out = out;
        this.target = target;
    }

    /**
     * Decodes all groups, the next of the input; {@code version} is 1 to 4 for {@code STREAM_LISTPACKS} to {@code _4}.
     */
    void decode(int version) throws IOException, ValueTooLargeException {
        long groups = RdbLength.read(in);
        for (long i = 0; i < groups; i++) {
            byte[] group = out.readHeld(bytes);
            byte[] lastId = new StreamId(RdbLength.readNumber(in), RdbLength.readNumber(in)).text();
            long entriesRead = version >= 2 ? RdbLength.readNumber(in) : UNKNOWN;
            createGroup(group, lastId, entriesRead);
            readPending();
            long consumers = RdbLength.read(in);
            for (long c = 0; c < consumers; c++) {
                byte[] consumer = out.readHeld(bytes);
                in.skip(version >= 3 ? 16 : 8); // when it was seen, when it was active
                createConsumer(group, consumer);
                claim(group, consumer, lastId);
            }
        }
        pending.clear();
    }

    private void createGroup(byte[] group, byte[] lastId, long entriesRead) throws IOException {
        boolean counted = entriesRead != UNKNOWN && target.can(DecodeTarget.Ability.STREAM_COUNTERS);
        RespWriter create = out.command(counted ? 7 : 5)
                .bulk("XGROUP")
                .bulk("CREATE")
                .bulk(out.key())
                .bulk(group)
                .bulk(lastId);
        if (counted) {
            create.bulk("ENTRIESREAD").bulk(entriesRead);
        }
        out.send();
    }

    private void createConsumer(byte[] group, byte[] consumer) throws IOException {
        if (target.can(DecodeTarget.Ability.CREATE_CONSUMER)) {
            out.command(5)
                    .bulk("XGROUP")
                    .bulk("CREATECONSUMER")
                    .bulk(out.key())
                    .bulk(group)
                    .bulk(consumer);
            out.send();
        }
    }

    private void readPending() throws IOException, ValueTooLargeException {
        pending.clear();
        long entries = RdbLength.read(in);
        for (long i = 0; i < entries; i++) {
            long millis = in.readLongBigEndian();
            long sequence = in.readLongBigEndian();
            long deliveryTime = in.readLongLittleEndian();
            pending.add(millis, sequence, deliveryTime, RdbLength.readNumber(in));
        }
    }

    private void claim(byte[] group, byte[] consumer, byte[] lastId) throws IOException, ValueTooLargeException {
        long entries = RdbLength.read(in);
        for (long i = 0; i < entries; i++) {
            var id = new StreamId(in.readLongBigEndian(), in.readLongBigEndian());
            int place = pending.find(id.millis(), id.sequence());
            boolean known = place != StreamIds.NOWHERE;
            if (!known && !pending.forgetful()) {
                throw in.corrupt("a consumer's pending entry " + id + " is not pending in its group");
            }
            RespWriter claim = out.command(known ? 14 : 10)
                    .bulk("XCLAIM")
                    .bulk(out.key())
                    .bulk(group)
                    .bulk(consumer)
                    .bulk(0)
                    .bulk(id.text());
            if (known) {
                claim.bulk("TIME").bulk(pending.first(place)).bulk("RETRYCOUNT").bulk(pending.second(place));
            }
            claim.bulk("FORCE").bulk("JUSTID").bulk("LASTID").bulk(lastId);
            out.send();
        }
    }
}
