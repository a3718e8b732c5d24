package io.caravan.sync;

import io.caravan.command.CommandBatch;
import io.caravan.command.Phase;
import io.caravan.command.Scope;
import io.caravan.resp.Arguments;
import io.caravan.transform.BatchProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A route step that has the keys of every fourth command of the stream, by chance, read again instead of applying it. */
public final class RandomRefresh extends BatchProcessor {

    private final Random random = new Random(Long.getLong("caravan.seed", 1));

    @Override
    protected synchronized void process(CommandBatch batch) {
        if (batch.origin().phase() == Phase.SNAPSHOT) {
            return;
        }
        batch.edit(command -> {
            if (command.spec().scope() == Scope.KEYS && command.key() != null && random.nextInt(4) == 0) {
                Arguments arguments = command.arguments();
                List<byte[]> keys = new ArrayList<>();
                command.spec().keys().visit(arguments, i -> keys.add(arguments.copy(i)));
                command.refresh(keys);
            }
        });
    }
}
