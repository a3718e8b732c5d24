package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;

/**
 * Puts the elements of an aggregate into commands {@code NAME key unit…}, as many units in one command as the limits
 * allow.
 *
 * <p>A unit is what no two commands may share: a member, a field with its value, an entry of a stream. All its
 * arguments but the last have to be held until the command's length is known; the last one passes through in pieces if
 * it is large.
 *
 * <pre>
 *   units:  [ unit ][ unit ][ unit begun… ]
 *                           ^ unitStart
 * </pre>
 *
 * <p>Invariants: A. A command has whole units. B. A command has at most {@link DecodeLimits#bytes()} bytes of units,
 * unless it has only one. C. Of a unit no more than {@link DecodeLimits#largestEntryBytes()} is held; a value with a
 * larger one is refused.
 */
final class CommandChunks {

    private final CommandOutput out;
    private final DecodeLimits limits;
    private final long passThroughAbove;
    private final RespWriter units;
    private byte[] name = {};
    private int elements;
    private int arguments;
    private int unitStart;
    private int unitArguments;

    /** @param passThroughAbove a last argument with more bytes passes through in pieces */
    CommandChunks(CommandOutput out, int passThroughAbove) {
        this.out = out;
        limits = out.limits();
        this.passThroughAbove = Math.min(passThroughAbove, limits.largestEntryBytes());
        units = new RespWriter(limits.bytes());
    }

    /** Begins commands of this name. */
    void begin(byte[] commandName) {
        name = commandName;
        clear();
    }

    /** Whether {@code length} more bytes of the unit may be held; if not the value is refused. */
    boolean canHold(long length) {
        if (units.length() - unitStart + length > limits.largestEntryBytes()) {
            out.refuseTooLarge();
        }
        return !out.refused();
    }

    /** Takes an argument of the unit that others follow. */
    void hold(Element element) throws IOException, ValueTooLargeException {
        if (canHold(element.length())) {
            element.writeTo(units);
            unitArguments++;
        } else {
            element.skip();
        }
    }

    /** Takes an argument of the unit. */
    void hold(byte[] argument) {
        if (canHold(argument.length)) {
            units.bulk(argument);
            unitArguments++;
        }
    }

    /**
     * Takes an argument of the unit, which is a slice of another writer's array with its {@code $<length>} before it.
     */
    void holdEncoded(byte[] bytes, int from, int length) {
        if (canHold(length)) {
            units.raw(bytes, from, length);
            unitArguments++;
        }
    }

    /** Takes the last argument of the unit. */
    void last(Element element) throws IOException, ValueTooLargeException {
        if (out.refused() || element.isInteger() || element.length() <= passThroughAbove) {
            hold(element);
            return;
        }
        sendUnitsBefore();
        out.command(2 + unitArguments + 1).bulk(name).bulk(out.key()).raw(units.bytes(), 0, units.length());
        out.sendWithLarge(element);
        clear();
    }

    /** Where the unit's held arguments begin in {@link #heldBytes()}. */
    int unitStart() {
        return unitStart;
    }

    /** Where the held arguments end in {@link #heldBytes()}. */
    int heldEnd() {
        return units.length();
    }

    /** The arguments held, each as {@code $<length>\r\n<bytes>\r\n}. */
    byte[] heldBytes() {
        return units.bytes();
    }

    /** Whether the unit that was begun is still held, and did not go out in pieces. */
    boolean holdsUnit() {
        return unitArguments > 0;
    }

    /** Forgets the unit that was begun. */
    void abandonUnit() {
        units.truncate(unitStart);
        unitArguments = 0;
    }

    /** The unit is complete. */
    void endUnit() throws IOException {
        if (unitArguments == 0) {
            return; // it went out in pieces
        }
        if (units.length() > limits.bytes()) {
            sendUnitsBefore();
        }
        elements++;
        arguments += unitArguments;
        unitStart = units.length();
        unitArguments = 0;
        if (elements >= limits.elements() || units.length() >= limits.bytes()) {
            flush();
        }
    }

    /** Sends the complete units that have not been sent yet. */
    void flush() throws IOException {
        sendUnitsBefore();
        clear();
    }

    /** Sends the complete units; the one that was begun moves to the front. */
    private void sendUnitsBefore() throws IOException {
        if (arguments == 0) {
            return;
        }
        out.command(2 + arguments).bulk(name).bulk(out.key()).raw(units.bytes(), 0, unitStart);
        out.send();
        int begun = units.length() - unitStart;
        System.arraycopy(units.bytes(), unitStart, units.bytes(), 0, begun);
        units.truncate(begun);
        elements = 0;
        arguments = 0;
        unitStart = 0;
    }

    private void clear() {
        out.reuse(units);
        elements = 0;
        arguments = 0;
        unitStart = 0;
        unitArguments = 0;
    }
}
