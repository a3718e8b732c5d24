package io.caravan.sync;

import io.caravan.command.BatchBuilder;
import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.KeyValue;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Batches of the stream from commands as one would type them, of a shard that takes everything. */
final class StreamBatch {

    private StreamBatch() {}

    static CommandBatch of(String... commands) {
        var builder = new BatchBuilder();
        var writer = new RespWriter(256);
        for (String command : commands) {
            writer.command(command.split(" "));
        }
        var scanner = new CommandScanner();
        int from = 0;
        for (int i = 0; i < commands.length; i++) {
            scanner.scan(writer.bytes(), from, writer.length());
            builder.add(scanner, CommandTable.standard().of(scanner), 0, scanner.end());
            from = scanner.end();
            scanner.next();
        }
        var origin = new BatchOrigin(new Shard(), Phase.STREAM, "id", 0, 0, writer.length(), System.nanoTime());
        return builder.build(origin, writer.bytes(), writer.length());
    }

    private record Shard() implements SourceShard {
        @Override
        public String name() {
            return "127.0.0.1:1";
        }

        @Override
        public void submit(CommandBatch batch, Runnable handOver) {
            handOver.run();
        }

        @Override
        public CompletionStage<KeyValue> read(byte[] key, int database) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("no source"));
        }
    }
}
