/**
 * Real servers for tests: programs, single servers, clusters, data, background writers and comparisons.
 *
 * <p>Nothing here knows Caravan, Camel or Lettuce: the harness has a blocking client of its own, so that a fault of ours
 * cannot hide in the tool that looks for it. JUnit is met only in {@link io.caravan.servers.EachServer} and its
 * extension; everything else can be used by a demo program. Every server listens on 127.0.0.1, keeps its files in a
 * temporary folder and ends with this JVM ({@code OrphanWatch}).
 *
 * <p>Start reading at {@link io.caravan.servers.ServerProgram}, then {@link io.caravan.servers.RedisServer} and
 * {@link io.caravan.servers.RedisCluster}; both are a {@link io.caravan.servers.Deployment}, which
 * {@link io.caravan.servers.Dataset} fills, {@link io.caravan.servers.Load} writes to and
 * {@link io.caravan.servers.Comparison} compares.
 */
@NullMarked
package io.caravan.servers;

import org.jspecify.annotations.NullMarked;
