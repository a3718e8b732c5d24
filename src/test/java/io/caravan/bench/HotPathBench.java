package io.caravan.bench;

import io.caravan.command.BatchBuilder;
import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.HashSlot;
import io.caravan.command.KeyValue;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import io.caravan.dialect.DestinationDialect;
import io.caravan.node.ServerVersion;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import io.caravan.transform.ListDeduplication;
import io.caravan.transform.Selection;
import io.caravan.transform.SupportedCommands;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a command costs on its way through this process, without sockets, in nanoseconds: 1,000 mixed commands as a source
 * sends them. {@code docs/benchmark.md} says how to run it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HotPathBench {

    private static final int COMMANDS = 1000;

    private final Random random = new Random(20);
    private final CommandScanner scanner = new CommandScanner();
    private final BatchBuilder builder = new BatchBuilder();
    private final SupportedCommands supportedCommands = new SupportedCommands();
    private final Selection selection = new Selection();
    private final ListDeduplication listDeduplication = new ListDeduplication();
    private final byte[] key = "user:1000:{tag}:profile".getBytes(StandardCharsets.US_ASCII);
    private final DestinationDialect newest =
            new DestinationDialect(ServerVersion.parse(ServerVersion.REDIS, "8.6.3"), false);
    private byte[] stream = {};
    private byte[] timesToLive = {};
    private CommandBatch batch;
    private CommandBatch moments;
    private Exchange exchange;

    /** The stream as bytes, a batch of it, and an exchange that carries the batch. */
    @Setup
    public void prepare() {
        var writer = new RespWriter(128 * 1024);
        for (int i = 0; i < COMMANDS; i++) {
            String id = Integer.toString(random.nextInt(100_000));
            switch (i % 5) {
                case 0 -> writer.command("SET", "s:" + id, "x".repeat(100));
                case 1 -> writer.command("INCR", "c:" + id);
                case 2 -> writer.command("LPUSH", "l:" + id, "x".repeat(20));
                case 3 -> writer.command("ZADD", "z:" + id, Integer.toString(i), "x".repeat(10));
                default -> writer.command("HSET", "h:" + id, "f" + i % 7, "x".repeat(30));
            }
        }
        stream = writer.toByteArray();
        batch = scanAndBatch();
        moments = batchOf(sets("PXAT", "4102444800000"));
        timesToLive = sets("PX", "100000");
        selection.setExcludeKeys("prefix:tmp:");
        exchange = new DefaultExchange(new DefaultCamelContext());
    }

    /** Finding the commands in the received bytes, and writing their rows. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public CommandBatch scanAndBatch() {
        return batchOf(stream);
    }

    private CommandBatch batchOf(byte[] bytes) {
        int from = 0;
        for (int i = 0; i < COMMANDS; i++) {
            scanner.scan(bytes, from, bytes.length);
            builder.add(scanner, CommandTable.standard().of(scanner), 0, scanner.end());
            from = scanner.end();
            scanner.next();
        }
        var origin = new BatchOrigin(new Shard(), Phase.STREAM, "id", 0, 0, bytes.length, 0);
        return builder.build(origin, bytes, bytes.length);
    }

    private byte[] sets(String option, String value) {
        var writer = new RespWriter(128 * 1024);
        for (int i = 0; i < COMMANDS; i++) {
            writer.command("SET", "s:" + random.nextInt(100_000), "x".repeat(100), option, value);
        }
        return writer.toByteArray();
    }

    /** A destination that takes everything as it is. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public CommandBatch adaptNothing() {
        newest.adapt(batch);
        return batch;
    }

    /** The same for {@code SET … PXAT} only, the costliest to be seen to be right. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public CommandBatch adaptMoments() {
        newest.adapt(moments);
        return moments;
    }

    /** {@code SET … PX} of a source before Redis 7.0: finding, writing the row, and putting each into another form. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public CommandBatch scanAndAdaptTimesToLive() {
        CommandBatch rewritten = batchOf(timesToLive);
        newest.adapt(rewritten);
        return rewritten;
    }

    /** The three processors of the shipped route, with keys excluded by a prefix. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public Exchange process() throws Exception {
        exchange.getMessage().setBody(batch);
        supportedCommands.process(exchange);
        selection.process(exchange);
        listDeduplication.process(exchange);
        return exchange;
    }

    /** The slot of a key with a hash tag. */
    @Benchmark
    public int slotOfKey() {
        return HashSlot.of(key);
    }

    private record Shard() implements SourceShard {
        @Override
        public String name() {
            return "bench";
        }

        @Override
        public void submit(CommandBatch submitted, Runnable handOver) {
            handOver.run();
        }

        @Override
        public CompletionStage<KeyValue> read(byte[] readKey, int database) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("no source"));
        }
    }
}
