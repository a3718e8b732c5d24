package io.caravan.rdb;

import io.caravan.rdb.DecodeTarget.Ability;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Decodes a value of the snapshot into the commands that make it, while it arrives and with bounded memory whatever its
 * size. For values that the destination cannot {@code RESTORE} ({@link RestoreSupport}), or that are too large to be
 * held.
 *
 * <p>Applied to whatever the key holds, the commands end in the value: every aggregate is preceded by {@code DEL}, a
 * string begins with {@code SET}. A list alone is not (see {@link ListDecoder}). Last comes {@code PEXPIREAT}.
 *
 * <p>Invariants: A. A value that is not supported leaves nothing at the destination: either nothing is emitted, or a
 * last {@code DEL}. B. After {@link #decode}, normal or with {@link UnsupportedValueException}, the input is behind the
 * value. C. No array is allocated from a length that was read.
 *
 * <p>Not thread-safe; the shard's thread owns it, with its input. Reused for one value after the other.
 */
public final class ValueDecoder {

    private final RdbInput in;
    private final DecodeTarget target;
    private final ValueSkipper skipper;
    private final CommandOutput out;
    private final StringDecoder strings;
    private final ListDecoder lists;
    private final SetDecoder sets;
    private final SortedSetDecoder sortedSets;
    private final HashDecoder hashes;
    private final ExpiringHashDecoder expiringHashes;
    private final StreamDecoder streams;

    /**
     * A decoder of the values of {@code in}. Where fields of hashes can expire, it is the destination's clock that says which of them have;
     * elsewhere ours.
     *
     * @param in the snapshot, or {@link DumpPayload#value()}; no mark may be set while decoding
     * @param target what the destination can take
     */
    public ValueDecoder(RdbInput in, DecodeTarget target) {
        this(in, target, target.can(Ability.FIELD_EXPIRY) ? () -> Long.MIN_VALUE : System::currentTimeMillis);
    }

    /** A decoder that leaves out fields whose time has passed by our clock: of values that are looked at, not copied. */
    public static ValueDecoder ofWhatLives(RdbInput in, DecodeTarget target) {
        return new ValueDecoder(in, target, System::currentTimeMillis);
    }

    /** @param nowMillis fields of hashes whose time has passed by then are left out */
    ValueDecoder(RdbInput in, DecodeTarget target, LongSupplier nowMillis) {
        this.in = in;
        this.target = target;
        skipper = new ValueSkipper(in);
        out = new CommandOutput(target.limits());
        var bytes = new StringBytes(in);
        var chunks = new CommandChunks(out, in.holdLimit());
        strings = new StringDecoder(bytes, out);
        lists = new ListDecoder(in, bytes, chunks);
        sets = new SetDecoder(in, bytes, chunks);
        sortedSets = new SortedSetDecoder(in, bytes, chunks, out);
        hashes = new HashDecoder(in, bytes, chunks);
        var expiries = new FieldExpiries(
                out, lack(Ability.FIELD_EXPIRY, "has fields that expire").orElse(""));
        expiringHashes = new ExpiringHashDecoder(in, bytes, chunks, expiries, nowMillis);
        streams = new StreamDecoder(in, bytes, chunks, out, target);
    }

    /**
     * Decodes the value whose first byte is the input's next.
     *
     * @param type the value's type byte; {@link RdbType#HASH_2_VALKEY} is Valkey's layout, {@link RdbReader} lets no
     *     other pass
     * @param expireAtMillis when the key expires, or {@link RdbReader#NO_EXPIRY}
     * @throws UnsupportedValueException if commands cannot make the value at this destination
     * @throws CorruptRdbException if the value is not of its layout
     */
    public void decode(int type, byte[] key, long expireAtMillis, ValueCommands commands)
            throws IOException, UnsupportedValueException {
        ValueKind kind = ValueKind.of(type, in);
        try {
            refuseWhatTheDestinationLacks(kind, type, key);
            out.begin(key, commands);
            decodeValue(kind, type);
        } catch (ValueTooLargeException e) {
            throw new IllegalStateException("a mark is set on the input, which would have to hold the value", e);
        }
        Optional<String> refusal = out.refusal();
        if (refusal.isPresent()) {
            out.sendDelete();
            throw new UnsupportedValueException(kind, key, refusal.get());
        }
        if (expireAtMillis != RdbReader.NO_EXPIRY) {
            out.command(3).bulk("PEXPIREAT").bulk(key).bulk(expireAtMillis);
            out.send();
        }
    }

    private void decodeValue(ValueKind kind, int type) throws IOException, ValueTooLargeException {
        if (kind != ValueKind.STRING && kind != ValueKind.LIST) {
            out.sendDelete();
        }
        switch (kind) {
            case STRING -> strings.decode();
            case LIST -> lists.decode(type);
            case SET -> sets.decode(type);
            case SORTED_SET -> sortedSets.decode(type);
            case HASH -> hashes.decode(type);
            case EXPIRING_HASH -> expiringHashes.decode(type);
            case STREAM -> streams.decode(type);
            case MODULE -> throw new IllegalStateException("a module's value has been refused");
        }
    }

    /** Invariants A and B: before anything is emitted, and the value is passed. */
    private void refuseWhatTheDestinationLacks(ValueKind kind, int type, byte[] key)
            throws IOException, ValueTooLargeException, UnsupportedValueException {
        Optional<String> lack = switch (kind) {
            case STRING, LIST, SET, SORTED_SET, HASH -> Optional.empty();
            case EXPIRING_HASH -> Optional.empty(); // which of its fields expire shows when it is read
            case STREAM -> lack(Ability.STREAMS, "has entries and groups");
            case MODULE -> Optional.of(moduleReason());
        };
        if (lack.isEmpty()) {
            return;
        }
        if (kind == ValueKind.MODULE) {
            skipper.skipModuleData();
        } else {
            skipper.skipValue(type);
        }
        throw new UnsupportedValueException(kind, key, lack.get());
    }

    private Optional<String> lack(Ability ability, String what) {
        return target.can(ability)
                ? Optional.empty()
                : Optional.of(what + ", which the destination (" + target.name() + ") cannot represent");
    }

    private String moduleReason() throws IOException, ValueTooLargeException {
        return "belongs to the module type " + ModuleName.of(RdbLength.readNumber(in))
                + ", of which only a destination with that module and RESTORE can make a copy";
    }
}
