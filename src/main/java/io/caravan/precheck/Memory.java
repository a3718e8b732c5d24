package io.caravan.precheck;

import io.caravan.node.ServerInfo;
import java.util.BitSet;
import java.util.List;

/** Whether every master of a destination has room for what the source has in its slots. */
final class Memory {

    private static final int RESERVE_PERCENT = 10;

    private Memory() {}

    static void look(Facts facts, Side destination, Findings findings) {
        List<Server> masters = facts.source().masters();
        long needed =
                masters.stream().mapToLong(server -> dataBytes(server.info())).sum();
        boolean unlimited = false;
        for (Server server : destination.masters()) {
            long share = share(masters, server.slots());
            unlimited |= server.info().number("maxmemory", 0) == 0;
            judge(facts, server, share, findings);
        }
        findings.summary("the source has " + Sizes.text(needed)
                + (unlimited ? "; the destination sets itself no limit (maxmemory 0)" : ""));
    }

    /** What the values take, without the server's own buffers where it tells them apart (from Redis 4.0 on). */
    static long dataBytes(ServerInfo info) {
        return info.number("used_memory_dataset", info.number("used_memory", 0));
    }

    /** What the masters of the source have in these slots, if each has its data spread evenly over its slots. */
    private static long share(List<Server> masters, BitSet slots) {
        double bytes = 0;
        for (Server master : masters) {
            BitSet own = master.slots();
            BitSet common = master.slots();
            common.and(slots);
            bytes += own.isEmpty() ? 0 : (double) dataBytes(master.info()) * common.cardinality() / own.cardinality();
        }
        return (long) bytes;
    }

    /** What a task that goes on has applied already is in its destination, so it needs no room of its own. */
    private static void judge(Facts facts, Server server, long share, Findings findings) {
        ServerInfo info = server.info();
        long limit = info.number("maxmemory", 0);
        long most = limit > 0 ? limit : info.number("total_system_memory", Long.MAX_VALUE);
        long used = facts.continues() ? 0 : info.number("used_memory", 0);
        long free = Math.max(0, most - used);
        String room = limit > 0
                ? "maxmemory leaves " + Sizes.text(free)
                : "its machine has " + Sizes.text(most) + " of memory in all";
        if (share > free) {
            findings.add(
                    limit > 0 ? facts.graveUnlessContinued() : Outcome.WARNING,
                    server.name(),
                    "gets " + Sizes.text(share) + " of data, and " + room,
                    "raise maxmemory (and memory), add masters, or leave keys out (excludeKeys)");
        } else if (share > free - free / 100 * RESERVE_PERCENT) {
            findings.warn(
                    server.name(),
                    "gets " + Sizes.text(share) + " of data, and " + room + ": less than " + RESERVE_PERCENT
                            + " % to spare",
                    "raise maxmemory (and memory) before the source grows");
        }
    }
}
