package io.caravan.replication;

/**
 * The spool of a shard at one moment.
 *
 * @param bytes that its files take
 * @param segments number of files
 * @param limitBytes most bytes that they may take; 0 if there is no spool
 */
public record SpoolUse(long bytes, int segments, long limitBytes) {}
