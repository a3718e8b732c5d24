package io.caravan.rdb;

/**
 * Whether a destination takes the source's values by {@code RESTORE}.
 *
 * <p>The rule, measured for ten versions against each other: a payload is refused if its version is unknown to the
 * server, or its type byte. The version is but a stamp, which can be replaced by the destination's own; the type byte
 * is not: it must be known there, and mean the same. From type 22 on the forks mean different things by one number.
 *
 * <p>A module's value counts as known wherever modules are; whether the module is there this class cannot know.
 */
public final class RestoreSupport {

    /** How a value gets to the destination. */
    public enum Passage {
        /** By {@code RESTORE}, stamped as the source stamps it. */
        AS_IS,
        /** By {@code RESTORE}, stamped with the destination's RDB version. */
        RESTAMPED,
        /** By commands: {@link ValueDecoder}. */
        DECODED
    }

    private static final int TYPES = 256;

    private final Passage[] passages = new Passage[TYPES];

    /** From servers of one dialect to servers of another. */
    public RestoreSupport(RdbDialect source, RdbDialect destination) {
        Passage known = destination.takesStampOf(source) ? Passage.AS_IS : Passage.RESTAMPED;
        for (int type = 0; type < TYPES; type++) {
            passages[type] = destination.knowsTypeOf(source, type) ? known : Passage.DECODED;
        }
    }

    /** How values of this type byte get to the destination. */
    public Passage passageOf(int type) {
        return passages[type];
    }
}
