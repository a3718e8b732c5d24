package io.caravan.replication;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.RdbInput;
import io.caravan.rdb.RdbReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Its ordinary use is in {@link SnapshotReaderTest}. */
class LargeValueTest {

    /** A module's value of one string of five bytes, the end of the snapshot behind it. */
    private static final byte[] SNAPSHOT =
            bytes("REDIS0009\u0007\u0001k\u0001\u0005\u0005hello\0\u00ff\0\0\0\0\0\0\0\0");

    private static final int PAYLOAD_LENGTH = 1 + 9 + 10;

    @TempDir
    Path temporaryFiles;

    private final CollectedBatches collected = new CollectedBatches();

    @Test
    void a_payload_that_no_server_takes_is_refused_and_what_the_key_had_is_removed() throws Exception {
        forward(PAYLOAD_LENGTH - 1);

        assertThat(collected.commands())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("UNLINK k"),
                        line -> assertThat(line)
                                .startsWith(
                                        "CARAVAN.REFUSE RESTORE \"its payload has 20 bytes, and a server takes no argument of more"
                                                + " than 19; ")
                                .endsWith(" k"));
    }

    @Test
    void the_longest_payload_that_a_server_takes_is_sent() throws Exception {
        forward(PAYLOAD_LENGTH);

        assertThat(collected.commands()).containsExactly("large RESTORE k");
    }

    /** Whatever became of the value, the reader goes on behind it. */
    private void forward(int longestPayload) throws Exception {
        var limits = new Limits(1000, 4096, 1000, Long.MAX_VALUE, Long.MAX_VALUE, 1);
        var position = new ReplicationPosition("id", 4711, 0);
        var batches = new SnapshotBatches(limits, collected.outlet, position, temporaryFiles);
        var in = new RdbInput(new Pieces(SNAPSHOT, 3), 1);
        var reader = new RdbReader(in);
        reader.readHeader();
        reader.next();
        batches.beginValue(0);

        new LargeValue(in, batches, longestPayload).forward(reader);

        assertThat(reader.next()).isEqualTo(RdbReader.Entry.END);
        batches.flush();
    }
}
