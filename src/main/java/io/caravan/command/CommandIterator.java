package io.caravan.command;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Goes through the commands of a batch that were not dropped. */
final class CommandIterator implements Iterator<RedisCommand> {

    private final CommandBatch batch;
    private int next;

    CommandIterator(CommandBatch batch) {
        this.batch = batch;
        skipDropped();
    }

    @Override
    public boolean hasNext() {
        return next < batch.size();
    }

    @Override
    public RedisCommand next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        RedisCommand command = batch.command(next++);
        skipDropped();
        return command;
    }

    private void skipDropped() {
        while (hasNext() && batch.dropped(next)) {
            next++;
        }
    }
}
