package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.List;

/** {@code XTRIM}: without what a client may not say, see {@link StreamOptions}, and without what the destination lacks. */
record XtrimRewrite(ServerVersion destination) implements Rewrite {

    private static final int KEY = 1;
    private static final int FIRST_OPTION = 2;

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() <= FIRST_OPTION) {
            return;
        }
        byte[] key = arguments.copy(KEY);
        Words written = Words.of("XTRIM").add(key);
        var options = new StreamOptions(arguments, FIRST_OPTION, written, destination);
        if (options.impossible()) {
            command.refresh(List.of(key));
        } else if (options.someLeftOut()) {
            written.replace(command);
        }
    }
}
