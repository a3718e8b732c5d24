package io.caravan.replication;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Holds threads while something is suspended; open at first. Thread-safe. */
public final class Gate {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private volatile boolean closed;

    /** Whoever comes waits from now on. */
    public void close() {
        closed = true;
    }

    /** Lets everybody through. */
    public void open() {
        lock.lock();
        try {
            closed = false;
            opened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it holds who comes. */
    public boolean isClosed() {
        return closed;
    }

    /** Waits until it is open. */
    public void awaitOpen() {
        if (!closed) {
            return;
        }
        lock.lock();
        try {
            while (closed) {
                opened.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
