package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.resp.Arguments;
import java.util.Optional;

/** {@code HEXPIRE} and {@code HPEXPIRE}: the moment, by {@code HPEXPIREAT}. */
record HashExpireRewrite(long unitMillis) implements Rewrite {

    private static final int KEY = 1;
    private static final int WHEN = 2;

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() <= WHEN) {
            return;
        }
        Optional<Expiry> expiry = Expiry.of(arguments, WHEN, unitMillis, true);
        if (expiry.isPresent() && !expiry.get().refreshesIfLate(command)) {
            Words.of("HPEXPIREAT")
                    .copy(arguments, KEY)
                    .add(expiry.get().moment(command.origin()))
                    .copy(arguments, WHEN + 1, arguments.count())
                    .replace(command);
        }
    }
}
