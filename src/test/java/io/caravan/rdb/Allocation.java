package io.caravan.rdb;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** What a piece of code allocates. */
public final class Allocation {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** How many bytes this thread allocates while {@code code} runs. */
    public static long bytesOf(Callable<?> code) throws Exception {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        code.call();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
