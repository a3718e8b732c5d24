package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.resp.Arguments;
import java.util.Optional;

/** {@code GETEX}: what it does to the key's time to live; the value it answers with is nobody's concern. */
final class GetexRewrite implements Rewrite {

    private static final int KEY = 1;
    private static final int OPTION = 2;

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() == OPTION) {
            command.drop();
        } else if (arguments.count() > OPTION && arguments.is(OPTION, "PERSIST")) {
            Words.of("PERSIST").copy(arguments, KEY).replace(command);
        } else {
            Optional<Expiry> expiry = Expiry.ofOption(arguments, OPTION);
            if (expiry.isPresent() && !expiry.get().refreshesIfLate(command)) {
                Words.of("PEXPIREAT")
                        .copy(arguments, KEY)
                        .add(expiry.get().moment(command.origin()))
                        .replace(command);
            }
        }
    }
}
