/**
 * The chaos test: a source and a destination cluster, clients that write, Caravan as a process of its own, and faults from a
 * seeded schedule; at the end both sides have to be equal. {@code docs/chaos.md} says how to run it.
 *
 * <p>Knows Caravan only from outside, as an operator does: its process, its log, its management port and its records at the
 * destination. Start reading at {@link io.caravan.chaos.ChaosRun}.
 */
@NullMarked
package io.caravan.chaos;

import org.jspecify.annotations.NullMarked;
