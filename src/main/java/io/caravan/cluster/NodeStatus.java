package io.caravan.cluster;

/**
 * A destination node at one moment.
 *
 * @param address where it is
 * @param connected whether commands can be sent to it
 * @param problem why it cannot serve at the moment, empty if it can
 */
public record NodeStatus(String address, boolean connected, String problem) {}
