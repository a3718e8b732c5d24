package io.caravan.rdb;

import java.util.EnumSet;
import java.util.Set;

/**
 * What the destination can take of the commands that a value is decoded into.
 *
 * @param name the destination as messages call it: {@code Redis 7.0}
 * @param abilities what it understands beyond the commands of Redis 4.0
 * @param limits how large the commands may be
 */
public record DecodeTarget(String name, Set<Ability> abilities, DecodeLimits limits) {

    /** A destination of which nothing is known: it is taken to understand everything. */
    public static final DecodeTarget NEWEST =
            new DecodeTarget("the newest server", EnumSet.allOf(Ability.class), DecodeLimits.DEFAULT);

    /** Something that not every destination understands. */
    public enum Ability {
        /** Streams and consumer groups: Redis 5.0. */
        STREAMS,
        /** {@code XGROUP CREATECONSUMER}: Redis 6.2. */
        CREATE_CONSUMER,
        /** {@code XSETID … ENTRIESADDED … MAXDELETEDID}, {@code XGROUP CREATE … ENTRIESREAD}: Redis 7.0. */
        STREAM_COUNTERS,
        /** {@code HPEXPIREAT}: Redis 7.4, Valkey 9.0. */
        FIELD_EXPIRY,
        /** {@code XCFGSET}, {@code XIDMPRECORD}: Redis 8.6.2. */
        IDEMPOTENT_PRODUCERS
    }

    public DecodeTarget {
        abilities = Set.copyOf(abilities);
    }

    /**
     * A server of the release {@code major.minor.patch}; Valkey's own number, not the {@code redis_version} that it
     * claims.
     */
    public static DecodeTarget of(RdbDialect.Fork fork, int major, int minor, int patch) {
        int release = (major * 100 + minor) * 100 + patch;
        var abilities = EnumSet.noneOf(Ability.class);
        if (release >= 5_00_00) {
            abilities.add(Ability.STREAMS);
        }
        if (release >= 6_02_00) {
            abilities.add(Ability.CREATE_CONSUMER);
        }
        if (release >= 7_00_00) {
            abilities.add(Ability.STREAM_COUNTERS);
        }
        boolean redis = fork == RdbDialect.Fork.REDIS;
        boolean valkey = fork == RdbDialect.Fork.VALKEY;
        if ((redis && release >= 7_04_00) || (valkey && release >= 9_00_00)) {
            abilities.add(Ability.FIELD_EXPIRY);
        }
        if (redis && release >= 8_06_02) {
            abilities.add(Ability.IDEMPOTENT_PRODUCERS);
        }
        return new DecodeTarget(fork.title() + " " + major + "." + minor, abilities, DecodeLimits.DEFAULT);
    }

    /** The same destination with other limits. */
    public DecodeTarget with(DecodeLimits otherLimits) {
        return new DecodeTarget(name, abilities, otherLimits);
    }

    /** Whether the destination has the ability. */
    public boolean can(Ability ability) {
        return abilities.contains(ability);
    }
}
