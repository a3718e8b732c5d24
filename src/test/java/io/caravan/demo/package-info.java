/** The first command of the README: the main job on servers that are started for it, or on the user's own. */
@NullMarked
package io.caravan.demo;

import org.jspecify.annotations.NullMarked;
