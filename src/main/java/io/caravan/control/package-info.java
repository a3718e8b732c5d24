/**
 * A person at the controls: the tasks of an application, the state that each is in, its history, what may be done to it, and all of
 * that by HTTP on the management port, for the command line and the status page.
 *
 * <p>Knows routes and consumers; nothing below knows this room. Start reading at {@link io.caravan.control.Tasks}, and at {@link
 * io.caravan.control.ManagementApi} for what comes by HTTP.
 */
@NullMarked
package io.caravan.control;

import org.jspecify.annotations.NullMarked;
