/** The whole of Caravan on real servers: what a task does to data, whatever happens meanwhile. */
@NullMarked
package io.caravan.sync;

import org.jspecify.annotations.NullMarked;
