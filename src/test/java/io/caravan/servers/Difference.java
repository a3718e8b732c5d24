package io.caravan.servers;

/**
 * A key that is not the same on both sides.
 *
 * @param database 0 in a cluster
 * @param key as a person reads it, with {@code \xNN} for what is not printable; empty for what is no key (functions)
 * @param what what differs, the source's side first
 */
public record Difference(int database, String key, String what) {
    @Override
    public String toString() {
        return (key.isEmpty() ? "" : "key '" + key + "'" + (database == 0 ? "" : " in database " + database) + ": ")
                + what;
    }
}
