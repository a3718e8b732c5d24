package io.caravan.servers;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides for one call of {@link DeploymentClient#run} whether a refused request is worth another round, and when. */
final class Patience {
    /** Answers of a server that did not run the request and may do so soon. */
    private static final Set<String> PASSING =
            Set.of("TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "NOCONNECTION");

    private static final long ROUND_NANOS = 5_000_000;

    private final long deadline = System.nanoTime() + DeploymentClient.PATIENCE.toNanos();

    /** What a client puts in the place of a reply when it could not even connect. */
    static RespError noConnection(Exception cause) {
        return new RespError("NOCONNECTION " + cause.getMessage());
    }

    static boolean isPassing(@Nullable Object reply) {
        return reply instanceof RespError error && PASSING.contains(error.code());
    }

    boolean isLeft() {
        return System.nanoTime() < deadline;
    }

    /** Lets the servers get on before the next round. */
    void awaitNextRound() {
        Await.moment(System.nanoTime() + ROUND_NANOS);
    }
}
