package io.caravan.cluster;

import io.lettuce.core.resource.ThreadFactoryProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;

/** Daemon threads under a name of ours instead of Lettuce's. */
record NamedThreads(String name) implements ThreadFactoryProvider {
    @Override
    public ThreadFactory getThreadFactory(String poolName) {
        return new DefaultThreadFactory(name, true);
    }
}
