package io.caravan.cluster;

import java.util.concurrent.atomic.LongAdder;

/** What has gone to one destination node. Written by the destination's event loop, read by any thread. */
public final class NodeCounters {

    private final LongAdder commands = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder redirections = new LongAdder();
    private final LongAdder connections = new LongAdder();

    NodeCounters() {}

    void sent(int count) {
        commands.add(count);
    }

    void wrote(int count) {
        bytes.add(count);
    }

    void error() {
        errors.increment();
    }

    void redirected() {
        redirections.increment();
    }

    void connected() {
        connections.increment();
    }

    /** Commands written, those that were sent again included. */
    public long commands() {
        return commands.sum();
    }

    /** Bytes of commands written. */
    public long bytes() {
        return bytes.sum();
    }

    /** Error replies, redirections not included. */
    public long errors() {
        return errors.sum();
    }

    /** {@code MOVED}, {@code ASK} and {@code TRYAGAIN}. */
    public long redirections() {
        return redirections.sum();
    }

    /** How often it was connected to. */
    public long connections() {
        return connections.sum();
    }
}
