package io.caravan.rdb;

/** What a value is, whichever of its layouts the snapshot has. */
enum ValueKind {
    STRING("string"),
    LIST("list"),
    SET("set"),
    SORTED_SET("sorted set"),
    HASH("hash"),
    EXPIRING_HASH("hash"),
    STREAM("stream"),
    MODULE("module value");

    private final String title;

    ValueKind(String title) {
        this.title = title;
    }

    /** As messages call it. */
    String title() {
        return title;
    }

    /**
     * The kind of values of this type byte.
     *
     * @param in where the value is, for the message
     */
    static ValueKind of(int type, RdbInput in) throws CorruptRdbException {
        return switch (type) {
            case RdbType.STRING -> STRING;
            case RdbType.LIST, RdbType.LIST_ZIPLIST, RdbType.LIST_QUICKLIST, RdbType.LIST_QUICKLIST_2 -> LIST;
            case RdbType.SET, RdbType.SET_INTSET, RdbType.SET_LISTPACK -> SET;
            case RdbType.ZSET, RdbType.ZSET_2, RdbType.ZSET_ZIPLIST, RdbType.ZSET_LISTPACK -> SORTED_SET;
            case RdbType.HASH, RdbType.HASH_ZIPMAP, RdbType.HASH_ZIPLIST, RdbType.HASH_LISTPACK -> HASH;
            case RdbType.HASH_2_VALKEY, RdbType.HASH_METADATA, RdbType.HASH_LISTPACK_EX -> EXPIRING_HASH;
            case RdbType.STREAM_LISTPACKS,
                    RdbType.STREAM_LISTPACKS_2,
                    RdbType.STREAM_LISTPACKS_3,
                    RdbType.STREAM_LISTPACKS_4 -> STREAM;
            case RdbType.MODULE_2 -> MODULE;
            default -> throw in.corrupt(RdbType.unknown(type));
        };
    }
}
