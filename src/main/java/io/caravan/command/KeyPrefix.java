package io.caravan.command;

import io.caravan.resp.Arguments;
import io.caravan.resp.RespWriter;
import java.util.BitSet;

/** Puts a prefix before every key of a command. */
final class KeyPrefix {

    private static final int ROOM_FOR_HEADERS = 64;

    private KeyPrefix() {}

    /** The command with its new keys. */
    static RespWriter write(Arguments command, KeyPositions positions, byte[] prefix) {
        var keys = new BitSet();
        positions.visit(command, keys::set);
        int last = command.count() - 1;
        int length = command.start(last) + command.length(last) - command.start(0);
        var writer = new RespWriter(length + ROOM_FOR_HEADERS + keys.cardinality() * (prefix.length + 2));
        writer.array(command.count());
        for (int i = 0; i < command.count(); i++) {
            if (keys.get(i)) {
                writeKey(writer, command.bytes(), command.start(i), command.length(i), prefix);
                writer.endOfLine();
            } else {
                writer.bulk(command.bytes(), command.start(i), command.length(i));
            }
        }
        return writer;
    }

    /**
     * The same with the first key of a command that is too large for memory: what stands in its file is left as it is, from
     * behind the key on.
     *
     * <pre>
     * *3\r\n$3\r\nSET\r\n$3\r\nkey | \r\n$9000000\r\n…        becomes
     * *3\r\n$3\r\nSET\r\n$7\r\none:key | \r\n$9000000\r\n…
     * </pre>
     */
    static void putBeforeLarge(CommandBatch batch, int row, byte[] prefix) {
        byte[] bytes = batch.bytes();
        int start = batch.start(row);
        int keyStart = batch.keyStart(row);
        int keyEnd = keyStart + batch.keyLength(row);
        int header = keyStart - 1;
        while (bytes[header] != '$') {
            header--;
        }
        var front = new RespWriter(keyEnd - start + prefix.length + ROOM_FOR_HEADERS);
        front.raw(bytes, start, header - start);
        writeKey(front, bytes, keyStart, keyEnd - keyStart, prefix);
        batch.large().orElseThrow().replaceFront(keyEnd - start, front.toByteArray());
        front.raw(bytes, keyEnd, start + batch.length(row) - keyEnd);
        batch.pointHead(row, batch.appendEncoded(front.bytes(), front.length()));
    }

    private static void writeKey(RespWriter writer, byte[] bytes, int start, int length, byte[] prefix) {
        writer.bulkHeader(prefix.length + length).raw(prefix, 0, prefix.length).raw(bytes, start, length);
    }
}
