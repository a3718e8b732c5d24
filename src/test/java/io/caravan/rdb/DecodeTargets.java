package io.caravan.rdb;

import io.caravan.rdb.RdbDialect.Fork;
import io.caravan.servers.ServerProgram;
import io.caravan.servers.ServerVersion;

/** What the server programs of the tests are as destinations. */
final class DecodeTargets {

    private DecodeTargets() {}

    static DecodeTarget of(ServerProgram program) {
        ServerVersion version = program.version();
        return DecodeTarget.of(fork(program), version.major(), version.minor(), version.patch());
    }

    static RdbDialect dialect(ServerProgram program) {
        return RdbDialect.of(
                fork(program), program.version().major(), program.version().minor());
    }

    private static Fork fork(ServerProgram program) {
        return program.product() == ServerProgram.Product.VALKEY ? Fork.VALKEY : Fork.REDIS;
    }
}
