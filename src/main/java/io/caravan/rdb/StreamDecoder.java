package io.caravan.rdb;

import io.caravan.rdb.DecodeTarget.Ability;
import io.caravan.resp.RespWriter;
import java.io.IOException;

/**
 * A stream becomes {@code XADD} for each live entry, {@code XSETID}, and the commands of {@link StreamGroups}: what
 * Redis's own {@code aof.c}, {@code rewriteStreamObject} writes.
 *
 * <p>The memory of idempotent producers (Redis 8.6) is left out where the destination has none. Where it has,
 * {@code XCFGSET} takes the settings over, and {@code XIDMPRECORD} each message id that is among the last
 * {@value #RECENT} entries (the server refuses the id of an entry that is gone; the memory lasts 100 seconds unless
 * configured otherwise). The two counters of added and refused ids start at zero.
 */
final class StreamDecoder {

    private static final int RECENT = 1 << 14;

    private final RdbInput in;
    private final StringBytes bytes;
    private final CommandOutput out;
    private final DecodeTarget target;
    private final StreamIds live;
    private final StreamEntries entries;
    private final StreamGroups groups;

    StreamDecoder(RdbInput in, StringBytes bytes, CommandChunks chunks, CommandOutput out, DecodeTarget target) {
        this.in = in;
        this.bytes = bytes;
        this.out = out;
        this.target = target;
        live = new StreamIds(target.can(Ability.IDEMPOTENT_PRODUCERS) ? RECENT : 1);
        entries = new StreamEntries(bytes, chunks, out, live);
        groups = new StreamGroups(in, bytes, out, target);
    }

    void decode(int type) throws IOException, ValueTooLargeException {
        int version = switch (type) {
            case RdbType.STREAM_LISTPACKS -> 1;
            case RdbType.STREAM_LISTPACKS_2 -> 2;
            case RdbType.STREAM_LISTPACKS_3 -> 3;
            default -> 4;
        };
        live.clear();
        long added = entries.decode(RdbLength.read(in));
        if (added == 0) {
            createEmpty();
        }
        decodeIds(version);
        groups.decode(version);
        if (version >= 4) {
            decodeProducers();
        }
        live.clear();
    }

    /** Trims its only entry away; the ids and counters that this leaves behind are set right by {@code XSETID}. */
    private void createEmpty() throws IOException {
        out.command(7)
                .bulk("XADD")
                .bulk(out.key())
                .bulk("MAXLEN")
                .bulk(0)
                .bulk("0-1")
                .bulk("x")
                .bulk("y");
        out.send();
    }

    private void decodeIds(int version) throws IOException, ValueTooLargeException {
        long entriesAdded = RdbLength.readNumber(in); // the length, which a stream of version 1 takes for it
        StreamId last = readId();
        StreamId maxDeleted = StreamId.ZERO;
        if (version >= 2) {
            readId(); // the first entry's
            maxDeleted = readId();
            entriesAdded = RdbLength.readNumber(in);
        }
        if (maxDeleted.compareTo(last) > 0) {
            maxDeleted = last; // Redis 7.0 lets XSETID go back behind it; no server takes both from one command.
        }
        boolean counted = target.can(Ability.STREAM_COUNTERS);
        RespWriter setId =
                out.command(counted ? 7 : 3).bulk("XSETID").bulk(out.key()).bulk(last.text());
        if (counted) {
            setId.bulk("ENTRIESADDED").bulk(entriesAdded).bulk("MAXDELETEDID").bulk(maxDeleted.text());
        }
        out.send();
    }

    /** Layout of Redis 8.6: settings, producers with their message ids, two counters. */
    private void decodeProducers() throws IOException, ValueTooLargeException {
        configureProducers(RdbLength.readNumber(in), RdbLength.readNumber(in));
        long producers = RdbLength.read(in);
        for (long i = 0; i < producers; i++) {
            byte[] producer = out.readHeld(bytes);
            long messages = RdbLength.read(in);
            for (long m = 0; m < messages; m++) {
                record(producer, out.readHeld(bytes), readId());
            }
        }
        RdbLength.readNumber(in); // ids added
        RdbLength.readNumber(in); // ids refused as duplicates
    }

    private void configureProducers(long durationSeconds, long mostMessages) throws IOException {
        if (target.can(Ability.IDEMPOTENT_PRODUCERS)) {
            out.command(6)
                    .bulk("XCFGSET")
                    .bulk(out.key())
                    .bulk("IDMP-DURATION")
                    .bulk(durationSeconds)
                    .bulk("IDMP-MAXSIZE")
                    .bulk(mostMessages);
            out.send();
        }
    }

    private void record(byte[] producer, byte[] message, StreamId id) throws IOException {
        boolean lives = live.find(id.millis(), id.sequence()) != StreamIds.NOWHERE;
        if (lives && target.can(Ability.IDEMPOTENT_PRODUCERS)) {
            out.command(5)
                    .bulk("XIDMPRECORD")
                    .bulk(out.key())
                    .bulk(producer)
                    .bulk(message)
                    .bulk(id.text());
            out.send();
        }
    }

    private StreamId readId() throws IOException, ValueTooLargeException {
        return new StreamId(RdbLength.readNumber(in), RdbLength.readNumber(in));
    }
}
