/**
 * The processors between source and destination: which commands, keys and databases are synchronized, and what has to be
 * done to lists. Each works on a {@link io.caravan.command.CommandBatch} in place and is a Camel {@code Processor}, to be
 * named in a route and configured as a bean.
 *
 * <p>Knows nothing of source or destination. Start reading at {@link io.caravan.transform.BatchProcessor}.
 */
@NullMarked
package io.caravan.transform;

import org.jspecify.annotations.NullMarked;
