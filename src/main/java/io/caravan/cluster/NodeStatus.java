package io.caravan.cluster;

/**
 * A destination node at one moment.
 *
 * @param address where it is
 * @param connected whether commands can be sent to it
 * @param slots how many slots it serves; all of them if it is no cluster
 * @param problem why it cannot serve at the moment, empty if it can
 */
public record NodeStatus(String address, boolean connected, int slots, String problem) {}
