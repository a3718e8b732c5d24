package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.Optional;

/**
 * {@code EXPIRE} and {@code PEXPIRE}: the moment, by {@code PEXPIREAT}. A condition behind it ({@code NX}, {@code XX}, {@code
 * GT}, {@code LT}) was met, or the command would not be in the stream; it stays where it is known.
 */
final class ExpireRewrite implements Rewrite {

    private static final int KEY = 1;
    private static final int WHEN = 2;
    private static final int CONDITION = 3;

    private final long unitMillis;
    private final boolean relative;
    private final boolean knowsConditions;

    private ExpireRewrite(long unitMillis, boolean relative, ServerVersion destination) {
        this.unitMillis = unitMillis;
        this.relative = relative;
        knowsConditions = Form.EXPIRE_CONDITIONS.isKnownTo(destination);
    }

    /** Of a command that says a time to live. */
    static ExpireRewrite relative(long unitMillis, ServerVersion destination) {
        return new ExpireRewrite(unitMillis, true, destination);
    }

    /** Of one that says a moment: its conditions are left out. */
    static ExpireRewrite absolute(long unitMillis, ServerVersion destination) {
        return new ExpireRewrite(unitMillis, false, destination);
    }

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() <= WHEN || !relative && arguments.count() == CONDITION) {
            return;
        }
        Optional<Expiry> expiry = Expiry.of(arguments, WHEN, unitMillis, relative);
        if (expiry.isEmpty() || expiry.get().refreshesIfLate(command)) {
            return;
        }
        Words.of("PEXPIREAT")
                .copy(arguments, KEY)
                .add(expiry.get().moment(command.origin()))
                .copy(arguments, CONDITION, knowsConditions ? arguments.count() : CONDITION)
                .replace(command);
    }
}
