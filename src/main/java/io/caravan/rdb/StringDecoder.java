package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;

/** A string becomes {@code SET}, and one {@code SETRANGE} for every further piece; all of them can be repeated. */
final class StringDecoder {

    private final StringBytes bytes;
    private final Element piece;
    private final CommandOutput out;

    StringDecoder(StringBytes bytes, CommandOutput out) {
        this.bytes = bytes;
        this.out = out;
        piece = new Element(bytes);
    }

    void decode() throws IOException, ValueTooLargeException {
        long length = bytes.open();
        int most = out.limits().bytes();
        RespWriter set = out.command(3).bulk("SET").bulk(out.key());
        writePiece(Math.min(length, most), set);
        for (long offset = most; offset < length; offset += most) {
            RespWriter setRange =
                    out.command(4).bulk("SETRANGE").bulk(out.key()).bulk(offset);
            writePiece(Math.min(length - offset, most), setRange);
        }
    }

    private void writePiece(long length, RespWriter command) throws IOException, ValueTooLargeException {
        piece.setBytes(length);
        piece.writeTo(command);
        out.send();
    }
}
