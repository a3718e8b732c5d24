package io.caravan.command;

import io.caravan.node.ServerVersion;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** A source shard for tests: hands over every batch at once, and reads keys as it is told to. */
public final class FakeShard implements SourceShard {

    private final String name;
    private BiFunction<byte[], Integer, CompletionStage<KeyValue>> reading = (key, database) ->
            CompletableFuture.failedFuture(new IllegalStateException("no key was to be read, but one was"));

    private CommandTable commands = CommandTable.standard();
    private Optional<ServerVersion> version = Optional.empty();
    private BitSet served = HashSlot.all();

    public FakeShard(String name) {
        this.name = name;
    }

    public FakeShard() {
        this("10.0.0.1:7000");
    }

    /** How a key of a database is read from now on. */
    public FakeShard reading(BiFunction<byte[], Integer, CompletionStage<KeyValue>> newReading) {
        reading = newReading;
        return this;
    }

    /** What its commands mean from now on. */
    public FakeShard knowing(CommandTable newCommands) {
        commands = newCommands;
        return this;
    }

    /** What version it says it is of from now on. */
    public FakeShard ofVersion(String product, String numbers) {
        version = Optional.of(ServerVersion.parse(product, numbers));
        return this;
    }

    /** Which slots it serves. */
    public FakeShard serving(BitSet slots) {
        served = slots;
        return this;
    }

    @Override
    public boolean serves(int slot) {
        return served.get(slot);
    }

    @Override
    public Optional<ServerVersion> version() {
        return version;
    }

    @Override
    public CommandTable commands() {
        return commands;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void submit(CommandBatch batch, Runnable handOver) {
        handOver.run();
    }

    @Override
    public CompletionStage<KeyValue> read(byte[] key, int database) {
        return reading.apply(key, database);
    }
}
