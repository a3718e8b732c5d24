package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import io.caravan.resp.MalformedRespException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code MSETEX n k v … [NX|XX] [PXAT t|KEEPTTL]} for destinations without it: a {@code SET} for each key. Its condition was
 * met for all keys, or it would not be in the stream.
 */
final class MsetexRewrite implements Rewrite {

    private static final CommandSpec SPEC = CommandTable.standard().of("MSETEX");
    private static final int FIRST_KEY = 2;

    private final boolean knowsMoments;
    private final boolean knowsKeeping;

    MsetexRewrite(ServerVersion destination) {
        knowsMoments = Form.SET_MOMENTS.isKnownTo(destination);
        knowsKeeping = Form.KEEPTTL.isKnownTo(destination);
    }

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        List<Integer> keys = new ArrayList<>();
        SPEC.keys().visit(arguments, keys::add);
        if (keys.isEmpty()) {
            return; // the destination will say what it thinks of it
        }
        Optional<Expiry> expiry = Optional.empty();
        boolean keeps = false;
        for (int i = FIRST_KEY + keys.size() * 2; i < arguments.count(); i++) {
            expiry = expiry.isPresent() ? expiry : Expiry.ofOption(arguments, i);
            keeps |= arguments.is(i, "KEEPTTL");
        }
        boolean late = expiry.isPresent()
                && expiry.get().relative()
                && command.origin().late();
        if (late || keeps && !knowsKeeping) {
            command.refresh(keys.stream().map(arguments::copy).toList());
            return;
        }
        List<Words> commands = new ArrayList<>();
        OptionalLong moment =
                expiry.stream().mapToLong(when -> when.moment(command.origin())).findFirst();
        for (int key : keys) {
            addSet(commands, arguments, key, moment, keeps);
        }
        commands.stream().skip(1).forEach(words -> words.insertAfter(command));
        commands.get(0).replace(command);
    }

    /** Its keys are in a file, and nobody has looked at them. */
    @Override
    public void applyToLarge(CommandCursor command, byte[] key) throws UnrepresentableException {
        throw new UnrepresentableException(
                "MSETEX of key '%s' and others is larger than what can be taken apart for a destination without it; raise memoryLimit"
                        .formatted(MalformedRespException.quote(key)));
    }

    private void addSet(List<Words> commands, Arguments arguments, int key, OptionalLong moment, boolean keeps) {
        Words set = Words.of("SET").copy(arguments, key, key + 2);
        commands.add(set);
        if (keeps) {
            set.add("KEEPTTL");
        }
        if (moment.isEmpty()) {
            return;
        }
        if (knowsMoments) {
            set.add("PXAT").add(moment.getAsLong());
        } else {
            commands.add(Words.of("PEXPIREAT").copy(arguments, key).add(moment.getAsLong()));
        }
    }
}
