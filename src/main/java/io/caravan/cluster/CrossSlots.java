package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.HashSlot;
import io.caravan.command.Scope;
import io.caravan.command.Split;
import io.caravan.resp.Arguments;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides what a cluster cannot run as one, since its keys lie in different slots, into what it can: where each key is
 * treated by itself ({@code DEL}, {@code MSET}) into a command for each slot, a transaction into one for each slot; for
 * everything else the keys that it writes are read again at the source.
 *
 * <p>Used by the shards' threads, each on its own batch, before the batch is handed over.
 */
final class CrossSlots {

    private static final CommandSpec SORT = CommandTable.standard().of("SORT");
    private static final byte[] MSET = "MSET".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SREM = "SREM".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SADD = "SADD".getBytes(StandardCharsets.US_ASCII);

    private CrossSlots() {}

    /** Divides what has to be in the batch, in place. Nearly always that is nothing. */
    static void divide(CommandBatch batch) {
        boolean crossing = false;
        boolean transactions = false;
        for (int row = 0; row < batch.size(); row++) {
            crossing |= !batch.dropped(row) && (batch.crossesSlots(row) || batch.spec(row) == SORT);
            transactions |= batch.inTransaction(row);
        }
        if (crossing) {
            batch.edit(CrossSlots::divide);
        }
        if (transactions) {
            TransactionSplit.bySlot(batch);
        }
    }

    private static void divide(CommandCursor command) {
        if (!command.crossesSlots() && !looksAtOtherSlots(command)
                || command.spec().scope() == Scope.REFRESH) {
            return;
        }
        if (command.isLarge()) {
            divideLarge(command);
            return;
        }
        switch (command.spec().split()) {
            case EACH_KEY -> divideBySlot(command, command.arguments().copy(0), 1);
            case PAIRS -> dividePairs(command);
            case MOVED_MEMBER -> divideMove(command);
            case NONE -> refreshWritten(command);
        }
    }

    /** The values of one that is too large for memory are not to be in memory all together, in whatever form. */
    private static void divideLarge(CommandCursor command) {
        if (command.spec().split() == Split.PAIRS) {
            command.refuse(
                    "it is too large for memory, and its keys are in different slots, so that a cluster cannot run it as"
                            + " one; raise memoryLimit, so that it can be divided, or give its keys one {hash tag}");
        } else {
            refreshWritten(command);
        }
    }

    /** {@code MSETEX} has a count before its pairs, and options behind them. */
    private static void dividePairs(CommandCursor command) {
        if (command.spec().name().equals("MSETEX")) {
            refreshWritten(command);
        } else {
            divideBySlot(command, MSET, 2); // MSETNX is in the stream only if it has set all of its keys
        }
    }

    /** {@code SMOVE <source> <destination> <member>}: it is in the stream only if the source had the member. */
    private static void divideMove(CommandCursor command) {
        Arguments arguments = command.arguments();
        byte[] source = arguments.copy(1);
        byte[] destination = arguments.copy(2);
        byte[] member = arguments.copy(3);
        command.replace(SREM, source, member);
        command.insertAfter(SADD, destination, member);
    }

    /** {@code SORT} by, or for, other keys: a cluster refuses it, whatever the slots. */
    private static boolean looksAtOtherSlots(CommandCursor command) {
        if (command.spec() != SORT) {
            return false;
        }
        Arguments arguments = command.arguments();
        for (int i = 2; i < arguments.count(); i++) {
            if (arguments.is(i, "BY") || arguments.is(i, "GET")) {
                return true;
            }
        }
        return false;
    }

    /** A command of that name for each slot, with its keys, each of which takes up so many arguments. */
    private static void divideBySlot(CommandCursor command, byte[] name, int step) {
        Arguments arguments = command.arguments();
        Map<Integer, List<byte[]>> bySlot = new LinkedHashMap<>();
        for (int i = 1; i + step <= arguments.count(); i += step) {
            int slot = HashSlot.of(arguments.bytes(), arguments.start(i), arguments.length(i));
            List<byte[]> parts = bySlot.computeIfAbsent(slot, s -> new ArrayList<>(List.of(name)));
            for (int part = i; part < i + step; part++) {
                parts.add(arguments.copy(part));
            }
        }
        boolean first = true;
        for (List<byte[]> parts : bySlot.values()) {
            byte[][] divided = parts.toArray(new byte[0][]);
            if (first) {
                command.replace(divided);
            } else {
                command.insertAfter(divided);
            }
            first = false;
        }
    }

    /** Has the keys read again at the source whose values the command may have changed. */
    static void refreshWritten(CommandCursor command) {
        command.keys()
                .ifPresentOrElse(
                        keys -> command.refresh(written(command.spec().name(), keys)),
                        () -> command.refuse(
                                "it is too large for memory, and has too many keys to read them again at the source; raise"
                                        + " memoryLimit"));
    }

    /** Of the keys of a command of that name those whose values it may have changed; those that it only reads are as they were. */
    private static List<byte[]> written(String name, List<byte[]> keys) {
        return switch (name) {
            case "BITOP",
                    "GEOSEARCHSTORE",
                    "PFMERGE",
                    "SDIFFSTORE",
                    "SINTERSTORE",
                    "SUNIONSTORE",
                    "ZDIFFSTORE",
                    "ZINTERSTORE",
                    "ZRANGESTORE",
                    "ZUNIONSTORE" -> keys.subList(0, 1);
            case "COPY", "GEORADIUS", "GEORADIUSBYMEMBER", "SORT" -> keys.subList(keys.size() - 1, keys.size());
            default -> keys;
        };
    }
}
