package io.caravan.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How fast counters grow: the mean of the last {@value #SECONDS} seconds. Used by one thread. */
final class Rates {

    private static final int SECONDS = 5;
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(SECONDS);

    private record Point(long nanos, long value) {}

    private final Map<String, Deque<Point>> counters = new HashMap<>();

    /**
     * Takes a counter down, and answers by how much it has grown a second; 0 at first. One that has become less has begun anew.
     *
     * @param nanos a moment of {@link System#nanoTime()}
     */
    long perSecond(String counter, long value, long nanos) {
        Deque<Point> points = counters.computeIfAbsent(counter, each -> new ArrayDeque<>());
        if (!points.isEmpty() && points.getLast().value() > value) {
            points.clear();
        }
        points.addLast(new Point(nanos, value));
        while (points.size() > 2 && nanos - points.getFirst().nanos() > WINDOW_NANOS) {
            points.removeFirst();
        }
        Point first = points.getFirst();
        long elapsed = nanos - first.nanos();
        return elapsed <= 0 ? 0 : Math.round((value - first.value()) * (double) TimeUnit.SECONDS.toNanos(1) / elapsed);
    }
}
