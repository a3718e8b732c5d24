/**
 * How fast Caravan is, measured: the whole of it between real servers ({@link io.caravan.bench.MainJobBench}), and its hot
 * paths with JMH. Run by hand; never a gate.
 */
@NullMarked
package io.caravan.bench;

import org.jspecify.annotations.NullMarked;
