package io.caravan.rdb;

/**
 * The type bytes of values.
 *
 * <p>Rule: Redis {@code rdb.h}, {@code RDB_TYPE_*} up to 8.6; Valkey {@code rdb.h} up to 9.1 for 22.
 */
public final class RdbType {

    public static final int STRING = 0;
    public static final int LIST = 1;
    public static final int SET = 2;
    public static final int ZSET = 3;
    public static final int HASH = 4;
    public static final int ZSET_2 = 5;
    public static final int MODULE = 6;
    public static final int MODULE_2 = 7;
    public static final int HASH_ZIPMAP = 9;
    public static final int LIST_ZIPLIST = 10;
    public static final int SET_INTSET = 11;
    public static final int ZSET_ZIPLIST = 12;
    public static final int HASH_ZIPLIST = 13;
    public static final int LIST_QUICKLIST = 14;
    public static final int STREAM_LISTPACKS = 15;
    public static final int HASH_LISTPACK = 16;
    public static final int ZSET_LISTPACK = 17;
    public static final int LIST_QUICKLIST_2 = 18;
    public static final int STREAM_LISTPACKS_2 = 19;
    public static final int SET_LISTPACK = 20;
    public static final int STREAM_LISTPACKS_3 = 21;

    /** Valkey 9: a hash whose fields may expire. (Redis 7.4 release candidates used the number for another layout.) */
    public static final int HASH_2_VALKEY = 22;

    /** Redis 7.4 release candidates only. */
    static final int HASH_LISTPACK_EX_PRE_GA = 23;

    public static final int HASH_METADATA = 24;
    public static final int HASH_LISTPACK_EX = 25;

    /** Redis 8.6: a stream with the memory of idempotent producers. */
    public static final int STREAM_LISTPACKS_4 = 26;

    private RdbType() {}

    /** What is wrong with a type byte that is none of these. */
    static String unknown(int type) {
        return "value type " + type + ", which no server up to Redis 8.6 and Valkey 9.1 writes";
    }
}
