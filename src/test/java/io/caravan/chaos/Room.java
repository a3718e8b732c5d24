package io.caravan.chaos;

/** Where a fault happens. Faults of different rooms may overlap; those of one room follow one another. */
enum Room {
    CARAVAN,
    SOURCE,
    DESTINATION
}
