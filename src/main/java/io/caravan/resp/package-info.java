/**
 * The Redis serialization protocol, version 2: finding the bounds of commands and replies, and writing commands.
 *
 * <p>Knows bytes only: no command has a meaning here, nothing is looked up, nothing is sent. Start reading at
 * {@link io.caravan.resp.CommandScanner}, which finds the arguments of a command in the replication stream, and
 * {@link io.caravan.resp.ReplyScanner}, which counts the replies of a destination.
 */
@NullMarked
package io.caravan.resp;

import org.jspecify.annotations.NullMarked;
