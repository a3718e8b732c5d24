package io.caravan.precheck;

import java.util.Optional;

/** Whether a destination may throw keys away that the source has. */
final class Eviction {

    private Eviction() {}

    static void look(Facts facts, Side destination, Findings findings) {
        for (Server server : destination.masters()) {
            Optional<String> policy = server.info().field("maxmemory_policy");
            if (policy.isPresent() && !policy.get().equals("noeviction")) {
                findings.warn(
                        server.name(),
                        "maxmemory-policy is " + policy.get()
                                + ": when memory runs short the destination loses keys, and nobody is told",
                        "CONFIG SET maxmemory-policy noeviction until the migration is over");
            }
        }
        findings.summary(findings.isEmpty() ? "noeviction" : "");
    }
}
