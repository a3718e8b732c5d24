package io.caravan.cluster;

import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What is written at one master and nowhere else, for somebody who is told when that is done. */
final class PlacedCommand extends CompletableFuture<Void> implements OwnCommand {

    private final byte[] bytes;
    private final BooleanSupplier counts;

    /** @param counts whether what it says still counts */
    PlacedCommand(List<byte[]> arguments, BooleanSupplier counts) {
        bytes = new RespWriter(256).command(arguments.toArray(new byte[0][])).toByteArray();
        this.counts = counts;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean isWanted() {
        return counts.getAsBoolean();
    }

    @Override
    public void answered(@Nullable ErrorReply error) {
        if (error == null) {
            complete(null);
        } else {
            completeExceptionally(new IOException(error.text()));
        }
    }

    @Override
    public void lost() {
        completeExceptionally(new IOException("the master of its slot has been replaced, or its connection is lost"));
    }
}
