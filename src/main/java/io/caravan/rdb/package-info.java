/**
 * The snapshot format (RDB): what stands between the answer to {@code PSYNC} and the replication stream.
 *
 * <p>A snapshot is read as it arrives: {@link io.caravan.rdb.RdbInput} is the window on it,
 * {@link io.caravan.rdb.RdbReader} finds the keys, {@link io.caravan.rdb.ValueSkipper} the extent of a value without
 * decoding it. {@link io.caravan.rdb.RestoreSupport} says whether a destination takes a value as it is; where it does
 * not, or the value is too large to be held, {@link io.caravan.rdb.ValueDecoder} makes commands of it; a module's, of
 * which no commands can be made, {@link io.caravan.rdb.PayloadCopy} copies as it arrives. Start reading at the decoder: it
 * names one class for each kind of value, which reads elements from one class for each encoding ({@code Listpack}, {@code
 * Ziplist}, …) and gives them to {@code CommandChunks}.
 *
 * <p>Knows nothing of where the bytes come from, nor of what is done with a value. Format: Redis {@code rdb.c} and
 * {@code rdb.h}; what each server version really writes was measured.
 */
@NullMarked
package io.caravan.rdb;

import org.jspecify.annotations.NullMarked;
