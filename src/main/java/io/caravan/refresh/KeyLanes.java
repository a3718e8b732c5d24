package io.caravan.refresh;

import io.caravan.command.CommandBatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The order in which commands reach the keys of the destination, as far as a refresh has to step in. On the event loop. */
public interface KeyLanes {

    /** Holds back everything that goes where {@code key} goes, until as many {@link #write}s or {@link #letGo}s as holds have come. */
    void hold(byte[] key);

    /**
     * Sends what makes the key its value, before everything that is held back.
     *
     * @param value one command, or a transaction
     * @param era that of the shard when it was asked for the value; in another one the key is read once more instead
     * @param ended told how it ended
     */
    void write(byte[] key, CommandBatch value, int era, Consumer<@Nullable Throwable> ended);

    /** Nothing is to be written after all. */
    void letGo(byte[] key);
}
