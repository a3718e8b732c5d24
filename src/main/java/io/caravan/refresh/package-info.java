/**
 * The key refresh: reading a key on the source again, together with the offset at which it was read, where replaying or
 * rewriting a command cannot be right.
 *
 * <p>Knows neither connections nor Camel. Start reading at {@link io.caravan.refresh.RefreshLedger}.
 */
@NullMarked
package io.caravan.refresh;

import org.jspecify.annotations.NullMarked;
