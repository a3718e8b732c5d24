package io.caravan.refresh;

import io.caravan.command.BatchBuilder;
import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.KeyValue;
import io.caravan.command.Phase;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;

/** Makes the commands that give a key the value that was read: {@code RESTORE … REPLACE}, or {@code UNLINK}. */
public final class ValueBatches {

    /** Puts the commands into the forms that the destination takes. */
    @FunctionalInterface
    public interface Adapter {
        void adapt(CommandBatch batch);
    }

    private final Adapter adapter;

    public ValueBatches(Adapter adapter) {
        this.adapter = adapter;
    }

    /**
     * A batch of one unit that writes the value: a transaction if it takes several commands, so that nobody sees half of it. It
     * lies behind the reading, so that it is contained in a later one but not in its own.
     */
    CommandBatch writing(SourceKey key, int history, KeyValue value) {
        CommandBatch single = batch(key, history, value, false);
        adapter.adapt(single);
        if (single.size() == 1) {
            return single;
        }
        CommandBatch transaction = batch(key, history, value, true);
        adapter.adapt(transaction);
        return transaction;
    }

    private static CommandBatch batch(SourceKey key, int history, KeyValue value, boolean asTransaction) {
        var writer = new RespWriter(64);
        if (asTransaction) {
            writer.command("MULTI");
        }
        write(writer, key, value);
        if (asTransaction) {
            writer.command("EXEC");
        }
        long offset = value.offset() + 1;
        var builder = new BatchBuilder();
        var scanner = new CommandScanner();
        for (int from = 0; from < writer.length(); from = scanner.end()) {
            scanner.next();
            scanner.scan(writer.bytes(), from, writer.length());
            builder.add(scanner, CommandTable.standard().of(scanner), key.database(), 0);
        }
        var origin =
                new BatchOrigin(key.shard(), Phase.STREAM, "", 0, offset, offset, System.nanoTime()).inHistory(history);
        return builder.build(origin, writer.bytes(), writer.length());
    }

    private static void write(RespWriter writer, SourceKey key, KeyValue value) {
        byte[] payload = value.payload();
        if (payload == null) {
            writer.array(2).bulk("UNLINK").bulk(key.key());
            return;
        }
        boolean expires = value.expireAtMillis() > 0;
        writer.array(expires ? 6 : 5).bulk("RESTORE").bulk(key.key());
        writer.bulk(value.expireAtMillis()).bulk(payload).bulk("REPLACE");
        if (expires) {
            writer.bulk("ABSTTL");
        }
    }
}
