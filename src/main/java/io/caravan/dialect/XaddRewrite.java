package io.caravan.dialect;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Arguments;
import java.util.List;

/**
 * {@code XADD}: without what a client may not say, see {@link StreamOptions}, and without what an older destination does not
 * know.
 *
 * <p>{@code IDMP p i} (Redis 8.6: producer {@code p} adds entry {@code i} once) comes with the entry's id, which a client is
 * refused; the entry is added without it, and the destination told of producer and entry by {@code XIDMPRECORD}. An entry that
 * was not added, because it was there, comes as {@code XADD … IDMP p i *}: the only case in which an id is left open. Of {@code
 * IDMPAUTO p} the stream does not say what the server made of the entry's content, so that the destination knows the entry but
 * would add it once more for the producer.
 */
final class XaddRewrite implements Rewrite {

    private static final int KEY = 1;
    private static final int FIRST_OPTION = 2;

    private final ServerVersion destination;

    XaddRewrite(ServerVersion destination) {
        this.destination = destination;
    }

    /** An id begins with a digit, an option with a letter. */
    @Override
    public boolean mayConcern(CommandBatch batch, int row) {
        int last = Glance.last(batch, row);
        int first = batch.bytes()[Glance.argument(batch.bytes(), Glance.behindKey(batch, row), last)];
        return first < '0' || first > '9';
    }

    @Override
    public void apply(CommandCursor command) {
        Arguments arguments = command.arguments();
        if (arguments.count() <= FIRST_OPTION) {
            return;
        }
        byte[] key = arguments.copy(KEY);
        Words written = Words.of("XADD").add(key);
        var options = new StreamOptions(arguments, FIRST_OPTION, written, destination);
        int id = options.end();
        int producer = options.producer();
        if (id == arguments.count()) {
            return; // the destination will say what it thinks of it
        }
        if (producer != StreamOptions.NONE && arguments.is(id, "*")) {
            command.drop();
        } else if (options.impossible()) {
            command.refresh(List.of(key));
        } else if (options.someLeftOut()) {
            if (producer != StreamOptions.NONE
                    && arguments.is(producer, "IDMP")
                    && Form.IDEMPOTENT_PRODUCERS.isKnownTo(destination)) {
                Words.of("XIDMPRECORD")
                        .add(key)
                        .copy(arguments, producer + 1, producer + 3)
                        .copy(arguments, id)
                        .insertAfter(command);
            }
            written.copy(arguments, id, arguments.count()).replace(command);
        }
    }
}
