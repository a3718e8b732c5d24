package io.caravan.replication;

import java.time.Duration;

/**
 * What a shard is doing, what is wrong, and whether it is to end. The shard's thread and the one that makes its links again say so; any
 * thread asks.
 */
final class ShardCondition {

    private final StopSignal stop = new StopSignal();
    private volatile ShardState state = ShardState.CONNECTING;
    private volatile String problem = "";

    ShardState state() {
        return state;
    }

    boolean is(ShardState asked) {
        return state == asked;
    }

    /** What is wrong; empty if nothing is. */
    String problem() {
        return problem;
    }

    /** It does something else from now on. */
    void enter(ShardState next) {
        state = next;
    }

    /** Something else has to come before; empty if nothing has. */
    void waits(String reason) {
        problem = reason;
    }

    /** The stream is being read, and all is well. */
    void stream() {
        state = ShardState.STREAMING;
        problem = "";
    }

    /** There is a link again. */
    void linkedAgain() {
        if (state == ShardState.CONNECTING) {
            problem = "";
            state = ShardState.STREAMING;
        }
    }

    /** Another attempt follows. */
    void interrupted(String reason) {
        if (state != ShardState.FAILED) {
            problem = reason;
            state = ShardState.CONNECTING;
        }
    }

    /** No other attempt follows. */
    void failed(String reason) {
        problem = reason;
        state = ShardState.FAILED;
    }

    /** The shard's thread ends. */
    void ended() {
        if (state != ShardState.FAILED) {
            state = ShardState.STOPPED;
        }
    }

    /** Tells the shard to end. */
    void stop() {
        stop.give();
    }

    boolean isToStop() {
        return stop.isGiven();
    }

    /** Waits so long, or until the shard is to end; answers whether it is. */
    boolean awaitStop(Duration pause) {
        return stop.await(pause);
    }
}
