package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is sent instead where a destination lacks a form.
 *
 * <p>What stands in the stream has taken effect, with the values that it had at the source: so a condition can be left out of a
 * command on one element, and an answer is of no concern. Where no older command does the same, the keys that were written are
 * read again at the source ({@link CommandCursor#refresh}): that is always right, as long as the destination can hold the value.
 */
final class OlderForms {

    private static final int KEY = 1;

    private OlderForms() {}

    static void addTo(RewriteTable table, LeftOut leftOut) {
        ServerVersion destination = table.destination();
        addStrings(table, destination);
        addCollections(table, destination);
        addHashes(table, destination);
        addStreams(table, destination);
        table.lacking(
                        Form.FUNCTIONS,
                        leftOut.because("without functions; what they write arrives as commands"),
                        "FUNCTION")
                .lacking(
                        Form.SHARDED_MESSAGES,
                        leftOut.because("where nobody can subscribe to sharded channels"),
                        "SPUBLISH")
                .lacking(Form.FLUSH_SYNC, OlderForms::flushWithoutSync, "FLUSHALL", "FLUSHDB")
                .lacking(Form.SCRIPT_FLUSH_MODES, OlderForms::scriptFlushWithoutMode, "SCRIPT");
    }

    private static void addStrings(RewriteTable table, ServerVersion destination) {
        table.lacking(Form.EXPIRE_CONDITIONS, ExpireRewrite.absolute(Expiry.SECOND, destination), "EXPIREAT")
                .lacking(Form.EXPIRE_CONDITIONS, ExpireRewrite.absolute(Expiry.MILLISECOND, destination), "PEXPIREAT")
                .lacking(Form.GETDEL, OlderForms::delete, "GETDEL")
                .lacking(Form.DELEX, OlderForms::delete, "DELEX")
                .lacking(Form.DELIFEQ, OlderForms::delete, "DELIFEQ")
                .lacking(Form.COPY, OlderForms::copy, "COPY")
                .lacking(Form.MSETEX, new MsetexRewrite(destination), "MSETEX")
                .lacking(Form.INCREX, OlderForms::refreshFirst, "INCREX")
                .lacking(Form.BITOP_DIFFERENCES, OlderForms::bitop, "BITOP");
    }

    private static void addCollections(RewriteTable table, ServerVersion destination) {
        table.lacking(Form.LIST_POP_COUNTS, OlderForms::popList, "LPOP", "RPOP")
                .lacking(Form.LMOVE, OlderForms::moveElement, "LMOVE")
                .lacking(Form.LMOVEM, OlderForms::refreshAll, "LMOVEM", "BLMOVEM")
                .lacking(Form.SORTED_SET_POPS, OlderForms::popSortedSet, "ZPOPMIN", "ZPOPMAX")
                .lacking(Form.ZADD_COMPARING, new ZaddRewrite(), "ZADD")
                .lacking(Form.STORED_RANGES, OlderForms::refreshFirst, "ZRANGESTORE", "ZDIFFSTORE", "GEOSEARCHSTORE")
                .lacking(Form.GEO_ANY, OlderForms::storeAnyNearby, "GEORADIUS", "GEORADIUSBYMEMBER")
                .lacking(
                        Form.VECTOR_SETS,
                        command -> unrepresentable(command, destination, "no vector sets"),
                        "VADD",
                        "VREM",
                        "VSETATTR")
                .lacking(
                        Form.ARRAYS,
                        command -> unrepresentable(command, destination, "no arrays"),
                        "ARDEL",
                        "ARDELRANGE",
                        "ARINSERT",
                        "ARMSET",
                        "ARRING",
                        "ARSEEK",
                        "ARSET");
    }

    private static void addHashes(RewriteTable table, ServerVersion destination) {
        Rewrite noFieldExpiry = command -> unrepresentable(command, destination, "no fields that expire");
        table.lacking(Form.HSETEX, new HsetexRewrite(destination), "HSETEX")
                .lacking(Form.HGETDEL, OlderForms::hgetdel, "HGETDEL")
                .lacking(Form.HIMPORT, OlderForms::refreshFirst, "HIMPORT")
                .lacking(Form.FIELD_EXPIRY, noFieldExpiry, "HEXPIRE", "HPEXPIRE", "HEXPIREAT", "HPEXPIREAT", "HGETEX")
                .lacking(Form.FIELD_EXPIRY, CommandCursor::drop, "HPERSIST"); // no field can expire there
    }

    private static void addStreams(RewriteTable table, ServerVersion destination) {
        table.lacking(Form.STREAM_COUNTERS, OlderForms::xgroupWithoutCounter, "XGROUP")
                .lacking(Form.CREATED_CONSUMERS, OlderForms::xgroupWithoutConsumer, "XGROUP")
                .lacking(Form.STREAM_COUNTERS, OlderForms::xsetidWithoutCounters, "XSETID")
                .lacking(Form.STREAM_REFERENCES, new XdelexRewrite(false), "XDELEX")
                .lacking(Form.STREAM_REFERENCES, new XdelexRewrite(true), "XACKDEL")
                .lacking(Form.XNACK, OlderForms::refreshFirst, "XNACK")
                // what a destination without idempotent producers remembers of them is nothing
                .lacking(Form.IDEMPOTENT_PRODUCERS, CommandCursor::drop, "XCFGSET", "XIDMPRECORD")
                .lacking(
                        Form.STREAMS,
                        command -> unrepresentable(command, destination, "no streams"),
                        "XACK",
                        "XACKDEL",
                        "XADD",
                        "XCFGSET",
                        "XCLAIM",
                        "XDEL",
                        "XDELEX",
                        "XGROUP",
                        "XIDMPRECORD",
                        "XNACK",
                        "XSETID",
                        "XTRIM");
    }

    private static void unrepresentable(CommandCursor command, ServerVersion destination, String lacks)
            throws UnrepresentableException {
        throw UnrepresentableException.lacks(destination, lacks);
    }

    /** Of several keys the first is the one that is written. */
    static void refreshFirst(CommandCursor command) {
        byte[] key = command.key();
        if (key != null) {
            command.refresh(List.of(key));
        }
    }

    private static void refreshAll(CommandCursor command) {
        Arguments arguments = command.arguments();
        CommandSpec spec = command.spec();
        List<byte[]> keys = new ArrayList<>();
        spec.keys().visit(arguments, i -> keys.add(arguments.copy(i)));
        command.refresh(keys);
    }

    private static void delete(CommandCursor command) {
        Words.of("DEL").copy(command.arguments(), KEY).replace(command);
    }

    /** {@code COPY k copy [DB n] [REPLACE]}. */
    private static void copy(CommandCursor command) {
        Arguments arguments = command.arguments();
        int copy = KEY + 1;
        if (arguments.count() <= copy) {
            return;
        }
        int database = command.database();
        for (int i = copy + 1; i + 1 < arguments.count(); i++) {
            if (arguments.is(i, "DB")) {
                database =
                        (int) number(arguments, i + 1).orElse((long) database).longValue();
            }
        }
        command.refresh(List.of(arguments.copy(copy)), database);
    }

    private static void bitop(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() > 2
                && !arguments.is(1, "AND")
                && !arguments.is(1, "OR")
                && !arguments.is(1, "XOR")
                && !arguments.is(1, "NOT")) {
            refreshFirst(command);
        }
    }

    /** {@code LPOP k n}: what is left is the list from element n on, or nothing. */
    private static void popList(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() != 3) {
            return;
        }
        number(arguments, 2).ifPresent(count -> {
            boolean fromLeft = command.spec().name().equals("LPOP");
            Words.of("LTRIM")
                    .copy(arguments, KEY)
                    .add(fromLeft ? count : 0)
                    .add(fromLeft ? -1 : -1 - count)
                    .replace(command);
        });
    }

    /** Of the four directions one has a name of its own. */
    private static void moveElement(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() == 5 && arguments.is(3, "RIGHT") && arguments.is(4, "LEFT")) {
            Words.of("RPOPLPUSH").copy(arguments, KEY, 3).replace(command);
        } else {
            refreshAll(command);
        }
    }

    /** Elements of one score are in one order everywhere, so those to be popped are the first, or the last, by rank. */
    private static void popSortedSet(CommandCursor command) {
        Arguments arguments = command.arguments();
        Optional<Long> count = arguments.count() == 2 ? Optional.of(1L) : number(arguments, 2);
        count.ifPresent(popped -> {
            boolean least = command.spec().name().equals("ZPOPMIN");
            Words.of("ZREMRANGEBYRANK")
                    .copy(arguments, KEY)
                    .add(least ? 0 : -popped)
                    .add(least ? popped - 1 : -1)
                    .replace(command);
        });
    }

    /** {@code GEORADIUS … COUNT n ANY STORE k}: which were found first, the source knows. */
    private static void storeAnyNearby(CommandCursor command) {
        Arguments arguments = command.arguments();
        boolean any = false;
        List<byte[]> stored = new ArrayList<>();
        for (int i = 4; i < arguments.count(); i++) {
            any |= arguments.is(i, "ANY");
            if (i + 1 < arguments.count() && (arguments.is(i, "STORE") || arguments.is(i, "STOREDIST"))) {
                stored.add(arguments.copy(++i));
            }
        }
        if (any && !stored.isEmpty()) {
            command.refresh(stored);
        }
    }

    /** {@code HGETDEL h FIELDS n f …}. */
    private static void hgetdel(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() > 4) {
            Words.of("HDEL")
                    .copy(arguments, KEY)
                    .copy(arguments, 4, arguments.count())
                    .replace(command);
        }
    }

    /** {@code XGROUP CREATE k g id [MKSTREAM] ENTRIESREAD n}, {@code XGROUP SETID k g id ENTRIESREAD n}. */
    private static void xgroupWithoutCounter(CommandCursor command) {
        Arguments arguments = command.arguments();
        for (int i = 5; i + 1 < arguments.count(); i++) {
            if (arguments.is(i, "ENTRIESREAD")) {
                Words.without(arguments, i, 2).replace(command);
                return;
            }
        }
    }

    /** A consumer is made there with the first entry that it claims. */
    private static void xgroupWithoutConsumer(CommandCursor command) {
        if (command.arguments().count() > 1 && command.arguments().is(1, "CREATECONSUMER")) {
            command.drop();
        } else {
            xgroupWithoutCounter(command);
        }
    }

    /** {@code XSETID k id ENTRIESADDED n MAXDELETEDID id}. */
    private static void xsetidWithoutCounters(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() > 3) {
            Words.of("XSETID").copy(arguments, KEY, 3).replace(command);
        }
    }

    private static void flushWithoutSync(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() == 2 && arguments.is(1, "SYNC")) {
            Words.of(command.spec().name()).replace(command);
        }
    }

    private static void scriptFlushWithoutMode(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() == 3
                && arguments.is(1, "FLUSH")
                && (arguments.is(2, "ASYNC") || arguments.is(2, "SYNC"))) {
            Words.of("SCRIPT").add("FLUSH").replace(command);
        }
    }

    private static Optional<Long> number(Arguments arguments, int i) {
        try {
            return Optional.of(arguments.number(i));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
