/**
 * Compares a source with a destination, key by key, while both are written to.
 *
 * <p>Only reads; how servers are connected to is told by {@link io.caravan.verify.Connector}. Knows neither endpoints nor sessions.
 * Start reading at {@link io.caravan.verify.Verification}, then at {@code Judge}, which keeps it from false alarms.
 */
@NullMarked
package io.caravan.verify;

import org.jspecify.annotations.NullMarked;
