package io.caravan.sync;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** A step of a route that fails now and then, as often as it is told to, or from some batch on until it is mended. Any thread. */
public final class FailingStep implements Processor {

    private static final int EVERY = 7;

    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile int failuresInARow;
    private volatile long brokenFrom = Long.MAX_VALUE;

    /** How often in a row it fails, each time that it does. */
    public void setFailuresInARow(int failuresInARow) {
        this.failuresInARow = failuresInARow;
    }

    /** From the call with this number on it fails every time. */
    public void setBrokenFrom(long brokenFrom) {
        this.brokenFrom = brokenFrom;
    }

    /** How often it has failed. */
    long failures() {
        return failures.get();
    }

    /** From now on it does not fail any more. */
    void mend() {
        failuresInARow = 0;
        brokenFrom = Long.MAX_VALUE;
    }

    @Override
    public void process(Exchange exchange) throws IOException {
        long call = calls.getAndIncrement();
        if (call >= brokenFrom || call % EVERY < failuresInARow) {
            failures.incrementAndGet();
            throw new IOException("the step is broken, call " + call);
        }
    }
}
