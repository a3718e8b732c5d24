package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Fields of a hash that were sent, or are about to be, and when they expire: one {@code HPEXPIREAT} for all fields of
 * the same time. With the first one the hash is refused where fields cannot expire.
 */
final class FieldExpiries {

    private static final int FIRST_SIZE = 64;

    private final CommandOutput out;
    private final String objection;
    private final RespWriter field = new RespWriter(FIRST_SIZE);
    private final Map<Long, Fields> byTime = new LinkedHashMap<>();
    private int count;
    private long bytes;

    /** @param objection why a hash with such fields cannot be made, empty if it can */
    FieldExpiries(CommandOutput out, String objection) {
        this.out = out;
        this.objection = objection;
    }

    /** Remembers the field that {@link #expireAt} will be about, {@code $<length>} before it. */
    void field(byte[] array, int from, int to) {
        out.reuse(field);
        field.raw(array, from, to - from);
    }

    /** The remembered field expires at {@code millis}. */
    void expireAt(long millis) {
        if (!objection.isEmpty()) {
            out.refuse(objection);
            return;
        }
        Fields fields = byTime.computeIfAbsent(millis, time -> new Fields());
        fields.names.raw(field.bytes(), 0, field.length());
        fields.count++;
        count++;
        bytes += field.length();
    }

    /** Whether there are as many as should go into one command. */
    boolean areMany() {
        return count >= out.limits().elements() || bytes >= out.limits().bytes();
    }

    /** Sends them all. */
    void flush() throws IOException {
        for (var entry : byTime.entrySet()) {
            Fields fields = entry.getValue();
            out.command(5 + fields.count)
                    .bulk("HPEXPIREAT")
                    .bulk(out.key())
                    .bulk(entry.getKey())
                    .bulk("FIELDS")
                    .bulk(fields.count)
                    .raw(fields.names.bytes(), 0, fields.names.length());
            out.send();
        }
        clear();
    }

    void clear() {
        byTime.clear();
        count = 0;
        bytes = 0;
    }

    private static final class Fields {
        private final RespWriter names = new RespWriter(FIRST_SIZE);
        private int count;
    }
}
