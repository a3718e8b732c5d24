package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Comparison;
import io.caravan.servers.Deployment;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a source is to look like at the destination if databases of it get a prefix: a server of its own that its keys are copied
 * to by {@code DUMP} and {@code RESTORE}, to be compared with the destination. Made and closed by the test's thread.
 */
final class MappedSource implements AutoCloseable {

    private final RedisServer source;
    private final RedisServer mapped;

    MappedSource(RedisServer source) {
        this.source = source;
        mapped = RedisServer.start(source.program());
    }

    /** Fails with the differences if the destination has not these databases' keys, each behind the prefix, and no others. */
    void assertEqualTo(Deployment destination, Map<Integer, String> prefixes) {
        try (DeploymentClient from = source.connect();
                DeploymentClient to = mapped.connect()) {
            to.call("FLUSHALL");
            prefixes.forEach((database, prefix) -> copy(from, database, to, prefix));
        }
        assertThat(Comparison.of(mapped, destination).run())
                .satisfies(
                        report -> assertThat(report.isEqual()).as("%s", report).isTrue());
    }

    private static void copy(DeploymentClient from, int database, DeploymentClient to, String prefix) {
        from.select(database);
        List<?> keys = (List<?>) Objects.requireNonNull(from.call(Request.of("KEYS", "*")));
        List<Request> restores = new ArrayList<>();
        for (Object key : keys) {
            byte[] payload = (byte[]) from.call(Request.of("DUMP", key));
            long timeToLive = (Long) Objects.requireNonNull(from.call(Request.of("PTTL", key)));
            if (payload != null) {
                restores.add(Request.of("RESTORE", named(prefix, (byte[]) key), Math.max(0, timeToLive), payload));
            }
        }
        assertThat(to.run(restores)).allSatisfy(reply -> assertThat(reply).hasToString("OK"));
    }

    private static byte[] named(String prefix, byte[] key) {
        byte[] name = new byte[prefix.length() + key.length];
        for (int i = 0; i < prefix.length(); i++) {
            name[i] = (byte) prefix.charAt(i);
        }
        System.arraycopy(key, 0, name, prefix.length(), key.length);
        return name;
    }

    @Override
    public void close() {
        mapped.close();
    }
}
