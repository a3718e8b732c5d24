/**
 * The destination: its topology and slots, one pipelined connection to each of its masters, and the rules by which commands
 * reach them in order through redirections, errors and lost connections.
 *
 * <p>Lettuce finds the topology, opens, authenticates and encrypts the connections, and serves everything that is not the
 * data path; no other room sees it. Everything that moves commands runs on one event loop, so that the order of a slot is
 * the order in which one thread handled it. Start reading at {@link io.caravan.cluster.Destination}, then follow a batch
 * into {@code SlotRouter}.
 *
 * <p>Rules: Redis Cluster specification, "MOVED redirection" and following.
 */
@NullMarked
package io.caravan.cluster;

import org.jspecify.annotations.NullMarked;
