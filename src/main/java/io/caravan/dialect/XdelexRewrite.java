package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.resp.Arguments;
import java.util.List;

/**
 * {@code XDELEX k [KEEPREF|DELREF|ACKED] IDS n id …} and {@code XACKDEL k g …} for destinations without them.
 *
 * <p>With {@code KEEPREF}, which is what happens without an option, entries are deleted as {@code XDEL} does it; {@code XACKDEL}
 * does that to entries that were pending, so of several ids nobody knows to which. {@code ACKED} deletes what no group waits for:
 * a single entry was deleted, or the command would not be in the stream. The others take entries out of groups, which no older
 * command does: the key is read again.
 */
record XdelexRewrite(boolean acknowledges) implements Rewrite {

    private static final int KEY = 1;
    private static final int GROUP = 2;

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        byte[] key = arguments.copy(KEY);
        int option = acknowledges ? GROUP + 1 : KEY + 1;
        int ids = option;
        while (ids < arguments.count() && !arguments.is(ids, "IDS")) {
            ids++;
        }
        int first = ids + 2;
        boolean plain = option == ids || arguments.is(option, "KEEPREF");
        boolean single = first + 1 == arguments.count();
        boolean exact = acknowledges ? plain && single : plain || single && arguments.is(option, "ACKED");
        if (!exact || first >= arguments.count()) {
            command.refresh(List.of(key));
            return;
        }
        if (acknowledges) {
            Words.of("XACK")
                    .add(key)
                    .copy(arguments, GROUP)
                    .copy(arguments, first)
                    .insertBefore(command);
        }
        Words.of("XDEL").add(key).copy(arguments, first, arguments.count()).replace(command);
    }
}
