package io.caravan.dialect;

import io.caravan.node.ServerVersion;
import io.caravan.servers.ServerProgram;

/** Server programs at hand, as the dialect knows them. */
public final class Destinations {

    private Destinations() {}

    static ServerVersion version(ServerProgram program) {
        String product = program.product() == ServerProgram.Product.VALKEY ? ServerVersion.VALKEY : ServerVersion.REDIS;
        return ServerVersion.parse(product, program.version().toString());
    }

    /** Whether a server takes a {@link Form}, so that it can hold what is made by it. */
    public static boolean takes(ServerProgram program, String form) {
        return Form.valueOf(form).isKnownTo(version(program));
    }
}
