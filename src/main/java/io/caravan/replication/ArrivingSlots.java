package io.caravan.replication;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.HashSlot;
import io.caravan.resp.Arguments;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the stream of a master says of slots that another master gives to it.
 *
 * <p>The forms were recorded from real servers: {@code RESTORE-ASKING} for each key that {@code MIGRATE} brings (every version); {@code
 * CLUSTER SETSLOT <slot> IMPORTING <node>} (Valkey from 8.0 on); {@code CLUSTER SYNCSLOTS CONF ASM-TASK
 * <task>:<from>:<to>:import:<state>:<ranges>} (Redis from 8.4 on); {@code CLUSTER SYNCSLOTS ESTABLISH … SLOTSRANGE <first> <last> …} (Valkey
 * from 9.0 on). What is written otherwise says nothing. Thread-safe.
 */
final class ArrivingSlots {

    private static final CommandSpec RESTORE_ASKING = CommandTable.standard().of("RESTORE-ASKING");
    private static final CommandSpec CLUSTER = CommandTable.standard().of("CLUSTER");

    private static final Pattern IMPORT = Pattern.compile("[^:]*:[^:]*:[^:]*:import:[^:]*:(.*)");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");
    private static final Pattern BETWEEN_RANGES = Pattern.compile("[ ,]+");

    /** {@code CLUSTER SETSLOT 5 IMPORTING node}. */
    private static final int SETSLOT_SLOT = 2;

    /** {@code CLUSTER SYNCSLOTS CONF ASM-TASK …} and {@code CLUSTER SYNCSLOTS ESTABLISH …}. */
    private static final int SYNCSLOTS_KIND = 2;

    private ArrivingSlots() {}

    /** Whether a command in which {@link #in} finds slots says that they are copied as a whole, and not moved key by key. */
    static boolean areCopies(CommandSpec spec, Arguments command) {
        return spec == CLUSTER && command.count() > 1 && command.is(1, "SYNCSLOTS");
    }

    /** Whether {@link #in} may find something in commands of this kind. */
    static boolean mayBeIn(CommandSpec spec) {
        return spec == RESTORE_ASKING || spec == CLUSTER;
    }

    /** The slot that arrives with the one command of a batch, which is too large for memory; none with most. */
    static BitSet in(CommandBatch large) {
        var slots = new BitSet();
        if (large.spec(0) == RESTORE_ASKING && large.slot(0) != CommandBatch.NO_SLOT) {
            slots.set(large.slot(0));
        }
        return slots;
    }

    /** The slots that arrive with a command; none with most. */
    static BitSet in(CommandSpec spec, Arguments command) {
        var slots = new BitSet();
        if (spec == RESTORE_ASKING && command.count() > 1) {
            slots.set(HashSlot.of(command.bytes(), command.start(1), command.length(1)));
        } else if (spec == CLUSTER && command.count() > SETSLOT_SLOT + 1) {
            if (command.is(1, "SETSLOT") && command.is(SETSLOT_SLOT + 1, "IMPORTING")) {
                addRange(slots, command.text(SETSLOT_SLOT));
            } else if (command.is(1, "SYNCSLOTS")) {
                addAnnounced(slots, command);
            }
        }
        return slots;
    }

    private static void addAnnounced(BitSet slots, Arguments command) {
        if (command.is(SYNCSLOTS_KIND, "CONF") && command.is(SYNCSLOTS_KIND + 1, "ASM-TASK") && command.count() > 4) {
            Matcher task = IMPORT.matcher(command.text(4));
            if (task.matches()) {
                BETWEEN_RANGES.splitAsStream(task.group(1)).forEach(range -> addRange(slots, range));
            }
        } else if (command.is(SYNCSLOTS_KIND, "ESTABLISH")) {
            int at = SYNCSLOTS_KIND + 1;
            while (at < command.count() && !command.is(at, "SLOTSRANGE")) {
                at++;
            }
            for (at++; at + 1 < command.count(); at += 2) {
                addRange(slots, command.text(at) + "-" + command.text(at + 1));
            }
        }
    }

    private static void addRange(BitSet slots, String text) {
        Matcher range = RANGE.matcher(text);
        if (!range.matches()) {
            return;
        }
        int first = Integer.parseInt(range.group(1));
        int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
        if (first <= last && last < HashSlot.COUNT) {
            slots.set(first, last + 1);
        }
    }
}
