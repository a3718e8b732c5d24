package io.caravan.servers;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One kind of key in a {@link Dataset}.
 *
 * @param since the first version that has the type
 */
record DatasetKind(String name, String since, Values values) {
    /** Writes one value; {@code large} is true for the first key of the kind. */
    @FunctionalInterface
    interface Values {
        void write(byte[] key, boolean large, Random random, Consumer<Request> out);
    }

    private static final List<DatasetKind> ALL = List.of(
            kind("int", StringValues::integer),
            kind("text", StringValues::shortText),
            kind("empty", StringValues::empty),
            kind("compressible", StringValues::compressible),
            kind("binary", StringValues::binary),
            kind("bitmap", StringValues::bitmap),
            kind("hll-sparse", StringValues::sparseHyperLogLog),
            kind("hll-dense", StringValues::denseHyperLogLog),
            kind("list-small", CollectionValues::smallList),
            kind("list-large", CollectionValues::largeList),
            kind("set-int", CollectionValues::intSet),
            kind("set-small", CollectionValues::smallSet),
            kind("set-large", CollectionValues::largeSet),
            kind("hash-small", CollectionValues::smallHash),
            kind("hash-large", CollectionValues::largeHash),
            kind("zset-small", CollectionValues::smallSortedSet),
            kind("zset-large", CollectionValues::largeSortedSet),
            kind("zset-limits", CollectionValues::extremeScores),
            kind("geo", CollectionValues::places),
            new DatasetKind("stream", "5.0", StreamValues::entries),
            new DatasetKind("stream-groups", "5.0", StreamValues::groups),
            new DatasetKind("stream-empty", "5.0", StreamValues::emptied));

    private static final DatasetKind EXPIRING_FIELDS = kind("hash-expiring", CollectionValues::expiringFields);

    private static DatasetKind kind(String name, Values values) {
        return new DatasetKind(name, "0", values);
    }

    /** The kinds that a server of this version can hold. */
    static List<DatasetKind> fitting(ServerVersion version, boolean fieldExpiry) {
        return Stream.concat(ALL.stream(), fieldExpiry ? Stream.of(EXPIRING_FIELDS) : Stream.of())
                .filter(kind -> version.atLeast(kind.since))
                .toList();
    }
}
