package io.caravan.rdb;

import io.caravan.resp.MalformedRespException;

/**
 * A value that commands cannot make at the destination; the message names the key and the reason. Nothing of the value
 * is left at the destination by what {@link ValueDecoder} emitted, and the input is behind the value.
 */
public final class UnsupportedValueException extends Exception {

    private static final long serialVersionUID = 1L;

    UnsupportedValueException(ValueKind kind, byte[] key, String reason) {
        super(kind.title() + " '" + MalformedRespException.quote(key) + "' " + reason);
    }
}
