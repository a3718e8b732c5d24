package io.caravan.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where a value is on one side.
 *
 * @param database number of the database
 * @param key the key, not copied
 */
record Place(int database, byte[] key) {

    @Override
    public boolean equals(Object other) {
        return other instanceof Place place && database == place.database && Arrays.equals(key, place.key);
    }

    @Override
    public int hashCode() {
        return 31 * database + Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return new String(key, StandardCharsets.ISO_8859_1) + (database == 0 ? "" : " in database " + database);
    }
}
