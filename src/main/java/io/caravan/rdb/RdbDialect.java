package io.caravan.rdb;

/**
 * What a server writes and reads of the snapshot format: who made it, and the RDB version that it writes.
 *
 * @param fork who made the server
 * @param version the RDB version of its {@code DUMP} payloads
 */
public record RdbDialect(Fork fork, int version) {

    /**
     * Those who write the format; types and versions agree up to {@link #COMMON_VERSION}, and mean different things
     * after.
     */
    public enum Fork {
        REDIS("Redis"),
        VALKEY("Valkey"),
        KEYDB("KeyDB"),
        REDICT("Redict");

        private final String title;

        Fork(String title) {
            this.title = title;
        }

        /** As messages call it. */
        public String title() {
            return title;
        }
    }

    /** The last version before the forks went their own ways: Redis 7.2. */
    static final int COMMON_VERSION = 11;

    /** Valkey's own versions begin there; what lies between it leaves to others, and refuses. */
    static final int FIRST_VALKEY_VERSION = 80;

    /** The last type that means the same everywhere: {@link RdbType#STREAM_LISTPACKS_3}. */
    private static final int LAST_COMMON_TYPE = RdbType.STREAM_LISTPACKS_3;

    /**
     * What a server of the release {@code major.minor} writes; Valkey's own number, not the {@code redis_version} that
     * it claims. Rule: {@code RDB_VERSION} in each release's {@code rdb.h}, and what {@code DUMP} was seen to write
     * (Redis 4.0 to 8.6, Valkey to 9.1, KeyDB 6.3, Redict 7.3).
     */
    public static RdbDialect of(Fork fork, int major, int minor) {
        int release = major * 100 + minor;
        return new RdbDialect(
                fork,
                switch (fork) {
                    case REDIS -> redisVersion(release);
                    case VALKEY -> release >= 9_00 ? FIRST_VALKEY_VERSION : COMMON_VERSION;
                    case KEYDB -> 9;
                    case REDICT -> 12;
                });
    }

    /** Releases between two that are known (8.2, 8.4) count as the older: it is always safe to claim less. */
    private static int redisVersion(int release) {
        if (release >= 8_06) {
            return 13;
        }
        if (release >= 7_04) {
            return 12;
        }
        if (release >= 7_02) {
            return 11;
        }
        if (release >= 7_00) {
            return 10;
        }
        if (release >= 5_00) {
            return 9;
        }
        if (release >= 4_00) {
            return 8;
        }
        return release >= 3_02 ? 7 : 6;
    }

    /** Whether this server takes a payload that is stamped with the version of {@code other}. */
    boolean takesStampOf(RdbDialect other) {
        if (other.version <= COMMON_VERSION || fork == other.fork) {
            return other.version <= version;
        }
        // Valkey refuses 12 to 79 as foreign, and nobody else takes Valkey's 80; Redict's 12 is taken by Redis's 12.
        return fork != Fork.VALKEY && other.version <= version && other.version < FIRST_VALKEY_VERSION;
    }

    /** Whether this server knows the type byte of a value that {@code other} wrote, and means the same by it. */
    boolean knowsTypeOf(RdbDialect other, int type) {
        if (type <= LAST_COMMON_TYPE) {
            return version >= firstVersionWith(type);
        }
        return fork == other.fork
                && switch (fork) {
                    case REDIS -> knowsRedisType(type);
                    case VALKEY -> type == RdbType.HASH_2_VALKEY && version >= FIRST_VALKEY_VERSION;
                    case KEYDB, REDICT -> false;
                };
    }

    private boolean knowsRedisType(int type) {
        return switch (type) {
            case RdbType.HASH_METADATA, RdbType.HASH_LISTPACK_EX -> version >= 12;
            case RdbType.STREAM_LISTPACKS_4 -> version >= 13;
            default -> false;
        };
    }

    /** Rule: {@code rdb.h} of 2.6 to 7.2. */
    private static int firstVersionWith(int type) {
        return switch (type) {
            case RdbType.ZSET_2, RdbType.MODULE, RdbType.MODULE_2 -> 8;
            case RdbType.LIST_QUICKLIST -> 7;
            case RdbType.STREAM_LISTPACKS -> 9;
            case RdbType.HASH_LISTPACK, RdbType.ZSET_LISTPACK, RdbType.LIST_QUICKLIST_2, RdbType.STREAM_LISTPACKS_2 ->
                10;
            case RdbType.SET_LISTPACK, RdbType.STREAM_LISTPACKS_3 -> 11;
            default -> 1;
        };
    }
}
