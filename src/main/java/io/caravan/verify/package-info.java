/**
 * Compares a source with a destination, key by key, while both are written to.
 *
 * <p>May use: command, rdb, resp, node. How servers are connected to is told by {@link io.caravan.verify.Connector}.
 */
@NullMarked
package io.caravan.verify;

import org.jspecify.annotations.NullMarked;
