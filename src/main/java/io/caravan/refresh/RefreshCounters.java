package io.caravan.refresh;

import java.util.concurrent.atomic.LongAdder;

/** What key refreshes have done. Written by the destination's event loop, read by any thread. */
public final class RefreshCounters {

    private final LongAdder read = new LongAdder();
    private final LongAdder coalesced = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile int waiting;

    RefreshCounters() {}

    void read() {
        read.increment();
    }

    void coalesced() {
        coalesced.increment();
    }

    void failed() {
        failed.increment();
    }

    void waiting(int keys) {
        waiting = keys;
    }

    /** How often a key was read. */
    public long readings() {
        return read.sum();
    }

    /** How often a key was asked for that was being read already. */
    public long savedReadings() {
        return coalesced.sum();
    }

    /** How often a reading had to be tried again. */
    public long failures() {
        return failed.sum();
    }

    /** Keys that are being read, or wait to be, at the moment. */
    public int keysWaiting() {
        return waiting;
    }
}
