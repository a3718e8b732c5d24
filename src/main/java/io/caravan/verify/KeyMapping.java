package io.caravan.verify;

import io.caravan.command.Databases;
import io.caravan.command.ReservedKeys;
import java.util.List;
import java.util.Optional;

/**
 * Which keys are synchronized, and what they are called on either side. Immutable.
 *
 * @param databases those of the source that are synchronized
 * @param selection keys that are
 * @param own keys of the destination that belong to Caravan, so that they count for nothing
 */
public record KeyMapping(Databases databases, Selection selection, List<byte[]> own) {

    /** Whether a key is synchronized. */
    @FunctionalInterface
    public interface Selection {

        /** Whether it is: {@code key} is called so in that database of the destination. */
        boolean selects(int database, byte[] key);
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

    private Optional<Pair> pair(Place source, Place destination) {
        byte[] name = destination.key();
        return ReservedKeys.contain(name, 0, name.length) || !selection.selects(destination.database(), name)
                ? Optional.empty()
                : Optional.of(new Pair(source, destination));
    }
}
