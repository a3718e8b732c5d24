package io.caravan.verify;

import io.caravan.command.Databases;
import io.caravan.command.ReservedKeys;
import java.util.Optional;

/**
 * Which keys are synchronized, and what they are called on either side. Immutable.
 *
 * @param databases those of the source that are synchronized
 * @param selection keys that are
 */
public record KeyMapping(Databases databases, Selection selection) {

    /** What of the source is synchronized, as it is called at the destination. */
    public interface Selection {

        /** Whether a key of that database is. */
        boolean selects(int database, byte[] key);

        /** Whether any key of that database is. */
        boolean selects(int database);

        /** Whether it goes by the names of keys, so that only some of a database may be. */
        boolean goesByName();
    }

    /** A key on both sides. */
    record Pair(Place source, Place destination) {}

    /** Empty if the key is not synchronized. */
    Optional<Pair> ofSource(int database, byte[] key) {
        if (!databases.selects(database)) {
            return Optional.empty();
        }
        byte[] name = databases.nameOf(key, database);
        return pair(new Place(database, key), new Place(databases.placeOf(database), name));
    }

    /** Empty if no key of the source has that place. */
    Optional<Pair> ofDestination(int database, byte[] name) {
        Databases.Origin origin = databases.originOf(name, database);
        return databases.selects(origin.database())
                ? pair(new Place(origin.database(), origin.key()), new Place(database, name))
                : Optional.empty();
    }

    /** Whether keys of a database of the source are synchronized. */
    boolean hasSource(int database) {
        return databases.selects(database) && selection.selects(databases.placeOf(database));
    }

    /** Whether keys of a database of the destination are synchronized. */
    boolean hasDestination(int database) {
        boolean written = databases.keeps(database) || database == 0 && databases.hasPrefixes();
        return written && selection.selects(database);
    }

    private Optional<Pair> pair(Place source, Place destination) {
        byte[] name = destination.key();
        return isReserved(source.key()) || isReserved(name) || !selection.selects(destination.database(), name)
                ? Optional.empty()
                : Optional.of(new Pair(source, destination));
    }

    /** Caravan's own keys of the source, too, which has some if it is a destination, or is asked for heartbeats. */
    private static boolean isReserved(byte[] key) {
        return ReservedKeys.contain(key, 0, key.length);
    }
}
