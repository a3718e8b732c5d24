/**
 * What one Redis server is: its address, the credentials for it, its product and version, and what it says of itself and
 * of the cluster it belongs to.
 *
 * <p>Values only: nothing is connected or asked here. Start reading at {@link io.caravan.node.NodeAddress}.
 */
@NullMarked
package io.caravan.node;

import org.jspecify.annotations.NullMarked;
