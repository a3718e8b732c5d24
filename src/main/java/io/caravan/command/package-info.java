/**
 * What a command is and what it means: its bytes, keys, hash slot and entry in the command table, and the
 * {@link io.caravan.command.CommandBatch} in which commands travel from the source to the destination.
 *
 * <p>Knows neither Camel nor Lettuce nor where commands come from or go to. Start reading at {@code CommandBatch}.
 */
@NullMarked
package io.caravan.command;

import org.jspecify.annotations.NullMarked;
