/**
 * The checkpoint: up to where the stream of each source shard is applied, kept where a process started later finds it.
 *
 * <p>Knows neither connections nor Camel. Start reading at {@link io.caravan.checkpoint.Checkpoint}.
 */
@NullMarked
package io.caravan.checkpoint;

import org.jspecify.annotations.NullMarked;
