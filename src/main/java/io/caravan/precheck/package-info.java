/**
 * The precheck: what would go wrong with a task, found out before any data moves.
 *
 * <p>Asks every server of both sides and judges what they say; changes nothing at either side, and never begins a replication. Knows
 * the settings of a session and of a destination, not the endpoints that they come from, nor who shows the report.
 * Start reading at {@link io.caravan.precheck.Precheck}, then at {@code Check}, the list of all items.
 */
@NullMarked
package io.caravan.precheck;

import org.jspecify.annotations.NullMarked;
