package io.caravan.transform;

import io.caravan.command.CommandCursor;
import io.caravan.command.CommandSpec;
import io.caravan.command.Edition;
import io.caravan.command.KnownBy;
import io.caravan.node.ServerVersion;
import java.util.Optional;
import java.util.Set;

/** What an edition's table of operations says of a command in the stream of a source. */
enum Listing {
    /** It is a listed operation, or stands for one. */
    LISTED,

    /** It is none. */
    UNLISTED,

    /**
     * It is none for a source of this version, but looks like what stands for one. {@code UNLINK} of one key: in that form a
     * source says, too, that a key has expired or was evicted (Redis with {@code lazyfree-lazy-expire}, Valkey from 8.0 on), or
     * that {@code SPOP} has taken the last member. To leave it out could lose a deletion that is listed.
     */
    IN_DOUBT;

    /** "Supported only if the engine version of the source is 4.0": the seed, of its Community Edition. */
    private static final Set<String> ONLY_OF_REDIS_4_0 = Set.of("SWAPDB", "UNLINK");

    static Listing of(CommandCursor command, Edition edition) {
        CommandSpec spec = command.spec();
        if (edition == Edition.ALL) {
            return spec.knownBy() == KnownBy.TABLE ? LISTED : UNLISTED;
        }
        if (isOfAnotherVersion(command, edition)) {
            return spec.name().equals("UNLINK") && command.arguments().count() == 2 ? IN_DOUBT : UNLISTED;
        }
        return spec.supportedBy(edition) || StreamForms.standsForListed(command, edition) ? LISTED : UNLISTED;
    }

    /** Whether the edition lists it, but not for the version of its source. A source that does not tell gets what is listed. */
    static boolean isOfAnotherVersion(CommandCursor command, Edition edition) {
        Optional<ServerVersion> version = command.origin().shard().version();
        return edition == Edition.COMMUNITY
                && ONLY_OF_REDIS_4_0.contains(command.spec().name())
                && version.isPresent()
                && !isRedis40(version.get());
    }

    private static boolean isRedis40(ServerVersion version) {
        return !version.valkey() && version.major() == 4 && version.minor() == 0;
    }
}
