/**
 * The application: Camel Main with the routes of {@code routes/} and the settings of {@code config/}.
 *
 * <p>Start reading at {@link io.caravan.app.Caravan}.
 */
@NullMarked
package io.caravan.app;

import org.jspecify.annotations.NullMarked;
