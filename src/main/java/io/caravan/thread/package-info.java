/**
 * What threads have in common, whatever they do.
 *
 * <p>Nothing of Redis or Camel is known here. Start reading at {@link io.caravan.thread.Repeating}.
 */
@NullMarked
package io.caravan.thread;

import org.jspecify.annotations.NullMarked;
