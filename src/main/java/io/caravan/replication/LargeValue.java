package io.caravan.replication;

import io.caravan.command.LargeCommand;
import io.caravan.rdb.PayloadCopy;
import io.caravan.rdb.RdbInput;
import io.caravan.rdb.RdbReader;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Forwards a value that is too large to be held and that no commands can make, a module's, as one {@code RESTORE} through a
 * temporary file: how long it is shows only at its end, and has to stand before it.
 *
 * <pre>
 * *5 RESTORE &lt;key&gt; 0 $&lt;length&gt; | &lt;type byte&gt; &lt;value&gt; &lt;footer&gt; | REPLACE       PEXPIREAT &lt;key&gt; &lt;moment&gt;
 * written last, in memory      | written to the file as it arrives    |
 * </pre>
 *
 * A form that every destination takes: no option is later than {@code REPLACE}, and the footer has the version of Redis 4.0,
 * the first that wrote such values; their layout has been the same since. The shard's thread owns it; made for one snapshot.
 */
final class LargeValue {

    private static final int STAMP = 8;

    /** Servers take no longer argument, unless they are configured to ({@code proto-max-bulk-len}). */
    static final int LONGEST_PAYLOAD = 512 * 1024 * 1024;

    private static final byte[] PEXPIREAT = ascii("PEXPIREAT");
    private static final byte[] END = ascii("\r\n$7\r\nREPLACE\r\n");

    private final PayloadCopy payload;
    private final SnapshotBatches batches;
    private final int longestPayload;

    LargeValue(RdbInput in, SnapshotBatches batches, int longestPayload) {
        payload = new PayloadCopy(in);
        this.batches = batches;
        this.longestPayload = longestPayload;
    }

    /** Forwards the value of the reader's key, whose first byte is the input's next. */
    void forward(RdbReader reader) throws IOException {
        LargeCommand command = batches.emptyLarge();
        var file = new File(command, longestPayload);
        boolean sent = false;
        try {
            payload.copy(reader.type(), STAMP, file);
            if (file.length <= longestPayload) {
                command.append(END, 0, END.length);
                send(reader, command, (int) file.length);
                sent = true;
            }
        } finally {
            if (!sent) {
                command.close();
            }
        }
        if (!sent) {
            batches.refuse(
                    reader.key(),
                    "its payload has " + file.length + " bytes, and a server takes no argument of more than "
                            + longestPayload + "; copy this key by other means");
        }
    }

    private void send(RdbReader reader, LargeCommand command, int payloadLength) throws IOException {
        byte[] key = reader.key();
        byte[] front = front(key, payloadLength);
        command.beginWith(front);
        batches.addLarge(front, command);
        if (reader.expireAtMillis() != RdbReader.NO_EXPIRY) {
            batches.add(PEXPIREAT, key, ascii(Long.toString(reader.expireAtMillis())));
        }
    }

    private static byte[] front(byte[] key, int payloadLength) {
        return new RespWriter(key.length + 64)
                .array(5)
                .bulk("RESTORE")
                .bulk(key)
                .bulk(0)
                .bulkHeader(payloadLength)
                .toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes to the file as long as the payload can be sent at all. */
    private static final class File implements RdbInput.PassedBytes {

        private final LargeCommand command;
        private final int longest;
        private long length;

        private File(LargeCommand command, int longest) {
            this.command = command;
            this.longest = longest;
        }

        @Override
        public void take(byte[] bytes, int from, int count) throws IOException {
            length += count;
            if (length <= longest) {
                command.append(bytes, from, count);
            }
        }
    }
}
