package io.caravan.servers;

/** Keeps one writer at its rate: says how many commands are due. For one thread. */
final class LoadPace {
    static final int BURST = 64;
    private static final long TICK_NANOS = 5_000_000;
    private static final long LONGEST_WAIT_NANOS = 50_000_000;

    private final double perNano;
    private final long startNanos = System.nanoTime();
    private long done;

    LoadPace(double perSecond) {
        perNano = perSecond / 1e9;
    }

    /** Waits a moment and returns how many commands are due now, perhaps none; at full speed always a burst. */
    int awaitDue() {
        if (perNano == 0) {
            return BURST;
        }
        long untilNext = (long) ((done + 1) / perNano) - (System.nanoTime() - startNanos);
        Await.moment(System.nanoTime() + Math.min(LONGEST_WAIT_NANOS, Math.max(TICK_NANOS, untilNext)));
        return (int) Math.min(BURST, (long) ((System.nanoTime() - startNanos) * perNano) - done);
    }

    void sent(int commands) {
        done += commands;
    }
}
