package io.caravan.dialect;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.Phase;
import io.caravan.node.ServerVersion;
import io.caravan.rdb.CorruptRdbException;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.DumpPayload;
import io.caravan.rdb.RdbDialect;
import io.caravan.rdb.RdbType;
import io.caravan.rdb.RestoreSupport;
import io.caravan.rdb.UnsupportedValueException;
import io.caravan.rdb.ValueDecoder;
import io.caravan.resp.Arguments;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * {@code RESTORE}, and {@code RESTORE-ASKING} of a slot migration: the payload as it is, stamped anew, or decoded into commands,
 * as the destination's RDB version wants it; always replacing what is there, since the source had no such key; with a moment
 * instead of a time to live; and without the options that came with Redis 5.0 where the destination is older.
 */
final class RestoreRewrite implements Rewrite {

    private static final int FIRST_VALKEY_STAMP = 80;
    private static final int KEY = 1;
    private static final int PAYLOAD = 3;
    private static final int FIRST_OPTION = 4;

    /** Footers with a greater version than that are looked up anew each time. */
    private static final int MOST_VERSIONS = 256;

    private final RdbDialect destination;
    private final DecodeTarget target;
    private final boolean knowsOptions;
    private final boolean hasModules;
    private final AtomicReferenceArray<RestoreSupport> bySourceVersion = new AtomicReferenceArray<>(MOST_VERSIONS);

    /** @param hasModules whether the destination may have the module that a value belongs to */
    RestoreRewrite(ServerVersion version, boolean hasModules) {
        this.hasModules = hasModules;
        RdbDialect.Fork fork = version.valkey() ? RdbDialect.Fork.VALKEY : RdbDialect.Fork.REDIS;
        destination = RdbDialect.of(fork, version.major(), version.minor());
        target = DecodeTarget.of(fork, version.major(), version.minor(), version.patch());
        knowsOptions = Form.RESTORE_OPTIONS.isKnownTo(version);
    }

    @Override
    public boolean mayConcern(CommandBatch batch, int row) {
        if (!knowsOptions || batch.isLarge(row) || batch.slot(row) == CommandBatch.NO_SLOT) {
            return true;
        }
        byte[] bytes = batch.bytes();
        // <key>\r\n$<len>\r\n<time to live>\r\n$<len>\r\n<payload>\r\n$7\r\nREPLACE\r\n
        int last = Glance.last(batch, row);
        int timeToLive = Glance.behindKey(batch, row);
        int header = Glance.next(bytes, timeToLive, last);
        int payload = Glance.argument(bytes, header, last);
        int end = payload + Glance.length(bytes, header, payload);
        if (end - payload < DumpPayload.FOOTER_LENGTH + 1 || end > last) {
            return true; // no RESTORE that a server has run; what is wrong with it shows when it is read
        }
        return passage(bytes, payload, end) != RestoreSupport.Passage.AS_IS
                || batch.origin().phase() == Phase.STREAM && !isCanonical(batch, row, timeToLive, end + 2);
    }

    /** Whether it says {@code REPLACE} first and then when the key expires, if it does: as our own do. */
    private static boolean isCanonical(CommandBatch batch, int row, int timeToLive, int option) {
        byte[] bytes = batch.bytes();
        int last = Glance.last(batch, row);
        boolean expires = !Glance.is(bytes, timeToLive, last, "0");
        return batch.spec(row).name().equals("RESTORE")
                && Glance.is(bytes, option, last, "REPLACE")
                && (!expires || Glance.is(bytes, Glance.next(bytes, option, last), last, "ABSTTL"));
    }

    @Override
    public void apply(CommandCursor command) throws UnrepresentableException {
        Arguments arguments = command.arguments();
        if (arguments.count() <= PAYLOAD || arguments.length(PAYLOAD) < DumpPayload.FOOTER_LENGTH + 1) {
            return; // the destination will say what it thinks of it
        }
        RestoreOptions options = RestoreOptions.of(arguments, arguments, FIRST_OPTION);
        if (options.isRelative() && options.expiry().orElseThrow().refreshesIfLate(command)) {
            return;
        }
        try {
            adapt(command, arguments, options);
        } catch (UnrepresentableException e) {
            // What the key had before is not its value any more, and must not pass for it.
            Words.of("UNLINK").add(arguments.copy(KEY)).insertAfter(command);
            throw e;
        }
    }

    private void adapt(CommandCursor command, Arguments arguments, RestoreOptions options)
            throws UnrepresentableException {
        int payload = arguments.start(PAYLOAD);
        switch (passage(arguments.bytes(), payload, payload + arguments.length(PAYLOAD))) {
            case AS_IS -> {
                if (!isSaidRight(command, arguments, options)) {
                    write(command, arguments, options, arguments.copy(PAYLOAD));
                }
            }
            case RESTAMPED ->
                write(command, arguments, options, payload(arguments).restamped(destination.version()));
            case DECODED -> decode(command, arguments, options);
        }
    }

    private boolean isSaidRight(CommandCursor command, Arguments arguments, RestoreOptions options) {
        return command.spec().name().equals("RESTORE")
                && options.replaces()
                && !options.isRelative()
                && (knowsOptions || arguments.count() == FIRST_OPTION + 1);
    }

    /** Redis 4.0 knows REPLACE only, and a time to live that is relative: the exact moment follows by PEXPIREAT. */
    private void write(CommandCursor command, Arguments arguments, RestoreOptions options, byte[] payload) {
        byte[] key = arguments.copy(KEY);
        Words restore = Words.of("RESTORE").add(key);
        Optional<Expiry> expiry = options.expiry();
        if (!knowsOptions) {
            restore.add(0).add(payload).add("REPLACE").replace(command);
            expiry.ifPresent(when -> when.insertAfter(command, key));
            return;
        }
        restore.add(expiry.isPresent() ? expiry.get().moment(command.origin()) : 0)
                .add(payload)
                .add("REPLACE");
        if (expiry.isPresent()) {
            restore.add("ABSTTL");
        }
        if (options.idle() > 0) {
            restore.copy(arguments, options.idle(), options.idle() + 2);
        }
        restore.replace(command);
    }

    /** What is there is removed by a command of its own, and when the key expires is said by one. */
    @Override
    public void applyToLarge(CommandCursor command, byte[] key) {
        Optional<Arguments> last = command.lastArguments(Math.max(0, command.argumentCount() - FIRST_OPTION));
        if (last.isEmpty()) {
            return;
        }
        RestoreOptions options = RestoreOptions.of(command.arguments(), last.get(), 0);
        boolean foreign = !knowsOptions && last.get().count() > (options.replaces() ? 1 : 0);
        if (foreign || !command.spec().name().equals("RESTORE")) {
            command.refresh(List.of(key));
            return;
        }
        if (options.isRelative() && options.expiry().orElseThrow().refreshesIfLate(command)) {
            return;
        }
        if (!options.replaces()) {
            Words.of("UNLINK").add(key).insertBefore(command);
        }
        if (options.isRelative()) {
            options.expiry().orElseThrow().insertAfter(command, key);
        }
    }

    private RestoreSupport.Passage passage(byte[] bytes, int payload, int end) {
        int footer = end - DumpPayload.FOOTER_LENGTH;
        int version = bytes[footer] & 0xff | (bytes[footer + 1] & 0xff) << 8;
        int type = bytes[payload] & 0xff;
        return type == RdbType.MODULE_2 && !hasModules
                ? RestoreSupport.Passage.DECODED // which says what module is missing
                : support(version).passageOf(type);
    }

    private RestoreSupport support(int version) {
        if (version >= MOST_VERSIONS) {
            return new RestoreSupport(dialectOfStamp(version), destination);
        }
        RestoreSupport known = bySourceVersion.get(version);
        if (known == null) {
            known = new RestoreSupport(dialectOfStamp(version), destination);
            bySourceVersion.set(version, known);
        }
        return known;
    }

    /** Valkey's own versions begin at 80; below, what Valkey and Redis write is the same. */
    private static RdbDialect dialectOfStamp(int version) {
        return new RdbDialect(version >= FIRST_VALKEY_STAMP ? RdbDialect.Fork.VALKEY : RdbDialect.Fork.REDIS, version);
    }

    private void decode(CommandCursor command, Arguments arguments, RestoreOptions options)
            throws UnrepresentableException {
        DumpPayload payload = payload(arguments);
        byte[] key = arguments.copy(KEY);
        long expireAt = options.expiry().isPresent() ? options.expiry().get().moment(command.origin()) : 0;
        var commands = new CollectedCommands();
        try {
            new ValueDecoder(payload.value(), target).decode(payload.type(), key, expireAt, commands);
        } catch (UnsupportedValueException e) {
            throw new UnrepresentableException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw damaged(e);
        }
        if (commands.areTooLarge()) {
            throw new UnrepresentableException("its payload of " + arguments.length(PAYLOAD)
                    + " bytes grows to more than "
                    + CollectedCommands.MOST_BYTES + " bytes of commands, which must be held in memory to be sent;"
                    + " copy this key by other means");
        }
        Words.of("UNLINK").add(key).replace(command);
        commands.commands().forEach(command::insertAfterEncoded);
    }

    private static DumpPayload payload(Arguments arguments) throws UnrepresentableException {
        try {
            return DumpPayload.of(arguments.copy(PAYLOAD));
        } catch (CorruptRdbException e) {
            throw damaged(e);
        }
    }

    private static UnrepresentableException damaged(IOException cause) {
        return new UnrepresentableException("the value is damaged: " + cause.getMessage());
    }
}
