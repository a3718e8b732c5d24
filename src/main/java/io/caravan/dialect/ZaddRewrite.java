package io.caravan.dialect;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.resp.Arguments;

/**
 * {@code ZADD k GT …} and {@code LT} for destinations without them: of one element it is known that it was greater, or the
 * command would not be in the stream; of several it is not known of which, so the key is read again.
 */
final class ZaddRewrite implements Rewrite {

    private static final int KEY = 1;
    private static final int FIRST_OPTION = 2;

    /** Scores begin with a digit or a sign, or are {@code inf}; options are words. */
    @Override
    public boolean mayConcern(CommandBatch batch, int row) {
        int last = Glance.last(batch, row);
        int first = batch.bytes()[Glance.argument(batch.bytes(), Glance.behindKey(batch, row), last)];
        return first > '9';
    }

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() <= FIRST_OPTION) {
            return;
        }
        Words written = Words.of("ZADD").copy(arguments, KEY);
        boolean compares = false;
        int first = FIRST_OPTION;
        while (first < arguments.count() && isOption(arguments, first)) {
            if (isComparison(arguments, first)) {
                compares = true;
            } else {
                written.copy(arguments, first);
            }
            first++;
        }
        if (compares && arguments.count() - first == 2) {
            written.copy(arguments, first, arguments.count()).replace(command);
        } else if (compares) {
            OlderForms.refreshFirst(command);
        }
    }

    /** Options stand before all else, so they can be seen. */
    @Override
    public void applyToLarge(CommandCursor command, byte[] key) {
        Arguments head = command.arguments();
        for (int i = FIRST_OPTION; i < head.count() && isOption(head, i); i++) {
            if (isComparison(head, i)) {
                OlderForms.refreshFirst(command);
                return;
            }
        }
    }

    private static boolean isComparison(Arguments arguments, int i) {
        return arguments.is(i, "GT") || arguments.is(i, "LT");
    }

    private static boolean isOption(Arguments arguments, int i) {
        return isComparison(arguments, i)
                || arguments.is(i, "NX")
                || arguments.is(i, "XX")
                || arguments.is(i, "CH")
                || arguments.is(i, "INCR");
    }
}
