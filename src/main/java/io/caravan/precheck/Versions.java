package io.caravan.precheck;

import io.caravan.node.ServerVersion;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Whether the destination is at least as new as the source, and each side of one version. */
final class Versions {

    private static final int OLDEST_MAJOR = 4;

    private Versions() {}

    static void look(Facts facts, Side destination, Findings findings) {
        oneVersion(facts.source(), findings);
        oneVersion(destination, findings);
        Optional<ServerVersion> from = newest(facts.source());
        Optional<ServerVersion> to = oldest(destination);
        if (from.isEmpty() || to.isEmpty()) {
            findings.skip("a side does not tell its version; grant the users +info");
            return;
        }
        findings.summary(from.get() + " to " + to.get());
        if (!to.get().atLeast(OLDEST_MAJOR, 0) || !from.get().atLeast(OLDEST_MAJOR, 0)) {
            findings.warn(
                    "",
                    "servers before Redis " + OLDEST_MAJOR + ".0 are not what Caravan is made for",
                    "try it with a copy of the data first, and compare");
        }
        boolean parted = !from.get().product().equals(to.get().product()) && haveParted(from.get());
        if (parted && haveParted(to.get())) {
            findings.warn(
                    "",
                    refusedForms(from.get(), to.get(), "of another product than"),
                    "take a destination of the source's product, or see that no key needs what the other has not");
        } else if (parted || isOlderRelease(from.get(), to.get())) {
            findings.warn(
                    "",
                    refusedForms(from.get(), to.get(), "older than"),
                    "take a destination of the source's version or later, or see that no key needs what is new");
        }
    }

    private static String refusedForms(ServerVersion from, ServerVersion to, String is) {
        return "the destination (" + to + ") is " + is + " the source (" + from
                + "): values and commands are put into forms that it knows, and what has none is refused when it comes"
                + " (onError)";
    }

    /** Patches do not change what is understood. */
    private static boolean isOlderRelease(ServerVersion from, ServerVersion to) {
        return !to.atLeast(from.major(), from.minor());
    }

    /** Redis and Valkey both go back to Redis 7.2. */
    private static boolean haveParted(ServerVersion from) {
        return from.atLeast(7, 3);
    }

    private static void oneVersion(Side side, Findings findings) {
        Set<String> versions = new TreeSet<>();
        side.servers()
                .forEach(server -> server.version().map(ServerVersion::toString).ifPresent(versions::add));
        if (versions.size() > 1) {
            findings.warn(
                    "",
                    "the servers of the " + side.word() + " are of several versions: " + String.join(", ", versions),
                    "bring them to one version first; the " + side.word() + "'s commands are judged by one of them");
        }
    }

    private static Optional<ServerVersion> newest(Side side) {
        return versions(side).stream().max(ServerVersion::compareTo);
    }

    private static Optional<ServerVersion> oldest(Side side) {
        return versions(side).stream().min(ServerVersion::compareTo);
    }

    private static List<ServerVersion> versions(Side side) {
        return side.masters().stream()
                .flatMap(server -> server.version().stream())
                .toList();
    }
}
