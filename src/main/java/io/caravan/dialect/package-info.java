/**
 * What a destination understands: commands of the source that it would refuse, because it is older, of another product, or
 * because a client may not send what a master sends to its replica, are put into a form that it takes; and times to live become
 * the moments that the source meant.
 *
 * <p>Knows no connections. Start reading at {@link io.caravan.dialect.DestinationDialect}; what came when is in {@code Form},
 * what is done about it in {@code ReplicaForms} and {@code OlderForms}.
 */
@NullMarked
package io.caravan.dialect;

import org.jspecify.annotations.NullMarked;
