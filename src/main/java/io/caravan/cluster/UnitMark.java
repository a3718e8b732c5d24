package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.Phase;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a unit among those of its slot in one lineage: what is written of it is {@code o4711.0}, or {@code s12.3} in a
 * snapshot. The later of two is the greater; a snapshot comes before its stream.
 *
 * @param phase snapshot or stream
 * @param first in the stream the replication offset after its last command, in a snapshot the number of its batch
 * @param second in the stream how many units before it have that offset too (a command may have been divided), in a snapshot its row
 */
record UnitMark(Phase phase, long first, int second) implements Comparable<UnitMark> {

    private static final Pattern TEXT = Pattern.compile("([os])(\\d{1,19})\\.(\\d{1,9})");
    private static final Comparator<UnitMark> ORDER = Comparator.comparing(UnitMark::phase)
            .thenComparingLong(UnitMark::first)
            .thenComparingInt(UnitMark::second);

    /** The mark of the unit that begins at {@code row}. */
    static UnitMark of(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        if (batch.origin().phase() == Phase.SNAPSHOT) {
            return new UnitMark(Phase.SNAPSHOT, batch.origin().sequence(), row);
        }
        // of a transaction that was divided every part has the same EXEC
        int last = ticket.startsTransaction(row) ? ticket.unitEnd(row) - 2 : row;
        long offset = batch.endOffset(last);
        int before = 0;
        while (before < last && batch.endOffset(last - before - 1) == offset) {
            before++;
        }
        return new UnitMark(Phase.STREAM, offset, before);
    }

    /**
     * Reads what {@link #encoded()} has written.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static UnitMark parse(byte[] value) {
        var text = new String(value, StandardCharsets.ISO_8859_1);
        Matcher found = TEXT.matcher(text);
        if (!found.matches()) {
            throw new IllegalArgumentException(
                    "no checkpoint of a slot: '" + text.substring(0, Math.min(text.length(), 100)) + "'");
        }
        Phase phase = found.group(1).equals("o") ? Phase.STREAM : Phase.SNAPSHOT;
        return new UnitMark(phase, Long.parseLong(found.group(2)), Integer.parseInt(found.group(3)));
    }

    /** As it stands in the destination. */
    byte[] encoded() {
        String letter = phase == Phase.STREAM ? "o" : "s";
        return (letter + first + "." + second).getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether a unit with that mark has been applied if this is the last one that was. */
    boolean covers(UnitMark other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(UnitMark other) {
        return ORDER.compare(this, other);
    }
}
