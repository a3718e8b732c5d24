package io.caravan.command;

import java.util.ArrayList;
import java.util.List;

/** Commands that an edit puts between those of a batch, in the order of their places. Owned by the edit. */
final class Insertions {

    /**
     * @param before row that it is put before
     * @param like row whose transaction it shares
     * @param offsetOf row whose offset it shares, -1 for the offset before the batch
     * @param database number of its database
     * @param start where its bytes begin
     */
    record Insertion(int before, int like, int offsetOf, int database, int start) {}

    private final List<Insertion> insertions = new ArrayList<>();

    void add(Insertion insertion) {
        insertions.add(insertion);
    }

    boolean isEmpty() {
        return insertions.isEmpty();
    }

    int size() {
        return insertions.size();
    }

    Insertion get(int i) {
        return insertions.get(i);
    }
}
