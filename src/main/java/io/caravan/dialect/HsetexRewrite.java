package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code HSETEX h [FNX|FXX] [PXAT t|KEEPTTL] FIELDS n f v …} for destinations without it: {@code HSET}, and the moment by
 * {@code HPEXPIREAT}. {@code HSET} takes a field's time to live away as {@code HSETEX} without an option does. Its condition was
 * met for all fields, or it would not be in the stream.
 *
 * <p>{@code KEEPTTL} is what {@code HINCRBYFLOAT} becomes from Redis 8 on. Where fields can expire, no older command sets one and
 * leaves its time to live alone, and what that is cannot be known here: the key is read again. Where they cannot, there is
 * nothing to keep.
 */
final class HsetexRewrite implements Rewrite {

    private static final int KEY = 1;
    private static final int FIRST_OPTION = 2;

    private final ServerVersion destination;
    private final boolean fieldsExpire;

    HsetexRewrite(ServerVersion destination) {
        this.destination = destination;
        fieldsExpire = Form.FIELD_EXPIRY.isKnownTo(destination);
    }

    @Override
    public void apply(CommandCursor command) throws UnrepresentableException {
        Arguments arguments = command.arguments();
        int fields = FIRST_OPTION;
        OptionalLong moment = OptionalLong.empty();
        boolean keeps = false;
        while (fields < arguments.count() && !arguments.is(fields, "FIELDS")) {
            var expiry = Expiry.ofOption(arguments, fields);
            if (expiry.isPresent()) {
                moment = OptionalLong.of(expiry.get().moment(command.origin()));
                fields++;
            }
            keeps |= arguments.is(fields, "KEEPTTL");
            fields++;
        }
        int firstField = fields + 2;
        if (firstField >= arguments.count()) {
            return; // the destination will say what it thinks of it
        }
        if (keeps && fieldsExpire) {
            command.refresh(List.of(arguments.copy(KEY)));
            return;
        }
        if (moment.isPresent() && !fieldsExpire) {
            throw UnrepresentableException.lacks(destination, "no fields that expire");
        }
        if (moment.isPresent()) {
            insertMoment(command, arguments, firstField, moment.getAsLong());
        }
        Words.of("HSET")
                .copy(arguments, KEY)
                .copy(arguments, firstField, arguments.count())
                .replace(command);
    }

    private static void insertMoment(CommandCursor command, Arguments arguments, int firstField, long moment) {
        Words expire = Words.of("HPEXPIREAT")
                .copy(arguments, KEY)
                .add(moment)
                .add("FIELDS")
                .add((arguments.count() - firstField) / 2);
        for (int field = firstField; field < arguments.count(); field += 2) {
            expire.copy(arguments, field);
        }
        expire.insertAfter(command);
    }
}
