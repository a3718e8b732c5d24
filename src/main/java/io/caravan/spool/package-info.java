/**
 * The spool: bytes of one source shard that did not fit into memory, in files that are named by the offset at which they
 * begin, so that a person can see what is there.
 *
 * <p>Appended by one thread, read by another, deleted once they are not needed any more; bounded in size. What it holds of a
 * stream survives the process. Nothing is forced to the disk: a process that is killed loses nothing, a machine that is loses
 * at most the end, which the reader finds by the checksums and the source is asked for again. Knows bytes, offsets and the
 * names of histories; nothing of commands, connections or checkpoints. Start reading at {@link io.caravan.spool.Spool}.
 */
@NullMarked
package io.caravan.spool;

import org.jspecify.annotations.NullMarked;
