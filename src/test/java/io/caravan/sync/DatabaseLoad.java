package io.caravan.sync;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Seeded commands in several databases of a standard server: those of {@link CrossSlotLoad}, what moves and copies keys from
 * one database to another, flushes, and transactions that select another database in their middle. One thread.
 */
final class DatabaseLoad {

    private static final int PIPELINED = 50;
    private static final String TYPES = "snltzpg";

    private final Random random;
    private final int databases;
    private final CrossSlotLoad inOne;

    /** @param databases how many are written to, from 0 on */
    DatabaseLoad(long seed, int databases) {
        random = new Random(seed);
        this.databases = databases;
        inOne = new CrossSlotLoad(seed + 1000);
    }

    /** Runs so many commands, or a few more. */
    void run(DeploymentClient client, int commands) {
        List<Request> some = new ArrayList<>();
        for (int i = 0; i < commands; i++) {
            addNext(some);
            if (some.size() >= PIPELINED || i == commands - 1) {
                client.run(some);
                some.clear();
            }
        }
    }

    private void addNext(List<Request> requests) {
        int kind = random.nextInt(1000);
        if (kind < 300) {
            requests.add(select());
        } else if (kind < 360) {
            requests.add(move());
        } else if (kind < 420) {
            requests.add(copy());
        } else if (kind < 480) {
            requests.add(transaction());
        } else if (kind < 482) {
            requests.add(Request.of("FLUSHDB"));
        } else {
            requests.add(inOne.next());
        }
    }

    /** What a client that selects another database leaves selected behind it. */
    private Request transaction() {
        return Request.transaction(List.of(
                Request.of("INCRBY", key('n'), 1),
                Request.of("RPUSH", key('l'), random.nextInt(100)),
                move(),
                select(),
                Request.of("APPEND", key('s'), "x"),
                copy(),
                Request.of("PUBLISH", "channel", "message"),
                select(),
                Request.of("RPUSH", key('l'), random.nextInt(100))));
    }

    private Request select() {
        return Request.of("SELECT", random.nextInt(databases));
    }

    private Request move() {
        return Request.of("MOVE", key(type()), random.nextInt(databases));
    }

    private Request copy() {
        char type = type();
        return Request.of("COPY", key(type), key(type), "DB", random.nextInt(databases), "REPLACE");
    }

    private char type() {
        return TYPES.charAt(random.nextInt(TYPES.length()));
    }

    private String key(char type) {
        return type + String.valueOf(random.nextInt(40));
    }
}
