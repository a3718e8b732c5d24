package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where the commands of one value go: writes one command at a time into an array that is used again, and hands it over.
 *
 * <p>Once the value has been {@linkplain #refuseTooLarge refused} nothing more goes out, while the value is still read
 * to its end. Not thread-safe; one {@link ValueDecoder} owns it.
 */
final class CommandOutput {

    private static final byte[] END_OF_LINE = {'\r', '\n'};

    private final DecodeLimits limits;
    private final RespWriter command;
    private ValueCommands out = NOWHERE;
    private byte[] key = {};
    private Optional<String> refusal = Optional.empty();

    CommandOutput(DecodeLimits limits) {
        this.limits = limits;
        command = new RespWriter(limits.bytes());
    }

    /** Begins the value of {@code newKey}. */
    void begin(byte[] newKey, ValueCommands newOut) {
        key = newKey;
        out = newOut;
        refusal = Optional.empty();
    }

    byte[] key() {
        return key;
    }

    DecodeLimits limits() {
        return limits;
    }

    /** Why the value is refused. */
    Optional<String> refusal() {
        return refusal;
    }

    boolean refused() {
        return refusal.isPresent();
    }

    /** The input's next string, which is held whole; empty if it may not be, and the value is refused. */
    byte[] readHeld(StringBytes bytes) throws IOException, ValueTooLargeException {
        long length = bytes.open();
        if (length <= limits.largestEntryBytes()) {
            return bytes.readRest();
        }
        refuseTooLarge();
        bytes.skip(length);
        return new byte[0];
    }

    /** Something in the value is too large to be held: nothing more of it goes out. */
    void refuseTooLarge() {
        refuse("has an entry of more than " + limits.largestEntryBytes()
                + " bytes, which must be held in memory to be sent; copy this key by other means");
    }

    /** The value cannot be made: nothing more of it goes out. */
    void refuse(String reason) {
        refusal = Optional.of(reason);
    }

    /** Empties a writer that is used again and again; an unusually large array is not kept in memory. */
    void reuse(RespWriter writer) {
        if (writer.bytes().length > 4 * limits.bytes()) {
            writer.detach(limits.bytes());
        }
        writer.clear();
    }

    /** Begins a command of {@code arguments} arguments, its name included; they are written to the result. */
    RespWriter command(int arguments) {
        reuse(command);
        return command.array(arguments);
    }

    /** The command that was begun is complete. */
    void send() throws IOException {
        if (!refused()) {
            out.command(command.bytes(), command.length());
        }
    }

    /** Removes the key, even that of a refused value. */
    void sendDelete() throws IOException {
        command(2).bulk("DEL").bulk(key);
        out.command(command.bytes(), command.length());
    }

    /** The command that was begun lacks its last argument, {@code element}, which passes through in pieces. */
    void sendWithLarge(Element element) throws IOException, ValueTooLargeException {
        byte[] header = ("$" + element.length() + "\r\n").getBytes(StandardCharsets.US_ASCII);
        command.raw(header, 0, header.length);
        // Invariant: the parts add up to the announced length.
        out.beginLarge(key, command.length() + element.length() + END_OF_LINE.length);
        out.part(command.bytes(), 0, command.length());
        element.streamTo(out);
        out.part(END_OF_LINE, 0, END_OF_LINE.length);
        out.endLarge();
    }

    private static final ValueCommands NOWHERE = new ValueCommands() {
        @Override
        public void command(byte[] bytes, int length) {
            throw new IllegalStateException("no value has begun");
        }

        @Override
        public void beginLarge(byte[] key, long length) {
            throw new IllegalStateException("no value has begun");
        }

        @Override
        public void part(byte[] bytes, int from, int length) {
            throw new IllegalStateException("no value has begun");
        }

        @Override
        public void endLarge() {
            throw new IllegalStateException("no value has begun");
        }
    };
}
