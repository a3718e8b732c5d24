package io.caravan.dialect;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.List;
import java.util.Optional;

/**
 * {@code SET} with options: a time to live becomes a moment, and what the destination does not know is said otherwise. Before
 * Redis 6.2 the moment follows by {@code PEXPIREAT}.
 */
final class SetRewrite implements Rewrite {

    private static final int KEY = 1;
    private static final int FIRST_OPTION = 3;

    private final ServerVersion destination;
    private final boolean knowsMoments;
    private final boolean knowsKeeping;

    SetRewrite(ServerVersion destination) {
        this.destination = destination;
        knowsMoments = Form.SET_MOMENTS.isKnownTo(destination);
        knowsKeeping = Form.KEEPTTL.isKnownTo(destination);
    }

    /** Nearly every {@code SET} has no options, or one word, or {@code PXAT} alone from a source of Redis 7.0 or later. */
    @Override
    public boolean mayConcern(CommandBatch batch, int row) {
        int options = batch.argumentCount(row) - FIRST_OPTION;
        if (options <= 0) {
            return false;
        }
        if (!knowsMoments || options > 2 || batch.isLarge(row)) {
            return true;
        }
        if (options == 1) {
            return false;
        }
        // <key>\r\n$<len>\r\n<value>\r\n$4\r\nPXAT\r\n
        byte[] bytes = batch.bytes();
        int last = Glance.last(batch, row);
        return !Glance.is(bytes, Glance.next(bytes, Glance.behindKey(batch, row), last), last, "PXAT");
    }

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() <= FIRST_OPTION) {
            return;
        }
        Words written = Words.of("SET").copy(arguments, KEY, FIRST_OPTION);
        SetOptions.of(arguments, FIRST_OPTION, written, destination)
                .ifPresent(options -> apply(command, arguments, options));
    }

    private void apply(CommandCursor command, Arguments arguments, SetOptions options) {
        byte[] key = arguments.copy(KEY);
        if (options.keeps() && !knowsKeeping) {
            command.refresh(List.of(key)); // no older command sets a value and leaves the time to live alone
            return;
        }
        Optional<Expiry> expiry = options.expiry();
        if (expiry.isPresent() && expiry.get().refreshesIfLate(command)) {
            return;
        }
        if (expiry.isPresent() && !knowsMoments) {
            if (options.foreign() || !expiry.get().relative()) {
                options.kept().replace(command);
            } // else it stays, so that the key is never without a time to live
            expiry.get().insertAfter(command, key);
            return;
        }
        boolean relative = expiry.isPresent() && expiry.get().relative();
        if (options.foreign() || relative) {
            expiry.ifPresent(when -> options.kept().add("PXAT").add(when.moment(command.origin())));
            if (options.keeps()) {
                options.kept().add("KEEPTTL");
            }
            options.kept().replace(command);
        }
    }

    /** The value is in a file and stays there: only what follows it can be seen, and only a command behind it be added. */
    @Override
    public void applyToLarge(CommandCursor command, byte[] key) {
        int count = command.argumentCount() - FIRST_OPTION;
        Optional<SetOptions> options = command.lastArguments(Math.max(0, count))
                .flatMap(last -> SetOptions.of(last, 0, Words.of("SET"), destination));
        if (options.isEmpty()) {
            return;
        }
        Optional<Expiry> expiry = options.get().expiry();
        boolean absolute = expiry.isPresent() && !expiry.get().relative();
        if (options.get().foreign() || options.get().keeps() && !knowsKeeping || absolute && !knowsMoments) {
            command.refresh(List.of(key));
        } else if (expiry.isPresent() && !absolute && !expiry.get().refreshesIfLate(command)) {
            expiry.get().insertAfter(command, key);
        }
    }

    /** {@code SETEX} and {@code PSETEX}. */
    record WithTimeToLive(long unitMillis, boolean knowsMoments) implements Rewrite {

        private static final int TIME_TO_LIVE = 2;
        private static final int VALUE = 3;

        @Override
        public void apply(CommandCursor command) {
            Arguments arguments = command.arguments();
            if (arguments.count() != VALUE + 1) {
                return;
            }
            Optional<Expiry> expiry = Expiry.of(arguments, TIME_TO_LIVE, unitMillis, true);
            if (expiry.isEmpty() || expiry.get().refreshesIfLate(command)) {
                return;
            }
            byte[] key = arguments.copy(KEY);
            if (knowsMoments) {
                Words.of("SET")
                        .add(key)
                        .copy(arguments, VALUE)
                        .add("PXAT")
                        .add(expiry.get().moment(command.origin()))
                        .replace(command);
            } else {
                expiry.get().insertAfter(command, key);
            }
        }

        @Override
        public void applyToLarge(CommandCursor command, byte[] key) {
            Arguments head = command.arguments();
            if (head.count() > TIME_TO_LIVE) {
                Expiry.of(head, TIME_TO_LIVE, unitMillis, true)
                        .filter(expiry -> !expiry.refreshesIfLate(command))
                        .ifPresent(expiry -> expiry.insertAfter(command, key));
            }
        }
    }
}
