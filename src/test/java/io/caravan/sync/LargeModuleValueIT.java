package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.Crc64;
import io.caravan.resp.Typed;
import io.caravan.servers.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A module's value can be neither decoded nor, if it is large, held. No module is at hand: both sides are scripted. */
class LargeModuleValueIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int MEGABYTE = 1024 * 1024;
    private static final int MEGABYTES = 300;
    private static final int FOOTER = 10;

    @Test
    void a_module_value_of_300_megabytes_passes_through_a_small_heap() throws Exception {
        var value = new ModuleValue(MEGABYTES);
        List<String> restored = new CopyOnWriteArrayList<>();
        try (ScriptedServer master =
                        RdbMaster.serving(value).withModules("fake").start();
                ScriptedServer destination = ScriptedServer.answering(command -> destination(command, restored));
                CaravanProcess caravan = CaravanProcess.settings()
                        .with("source", master.address())
                        .with("destination", destination.address())
                        .with("checkpoint", "none")
                        .java("-Xmx256m")
                        .java("-XX:+ExitOnOutOfMemoryError")
                        .start()) {
            Await.until("the value is restored", PATIENCE, () -> restored, list -> !list.isEmpty());
            System.out.println("peak resident set: " + caravan.peakMemoryKilobytes() / 1024 + " MB");
            assertThat(caravan.peakMemoryKilobytes() / 1024).isLessThan(2 * MEGABYTES);
        }

        // The checksum over a payload and its own checksum is 0.
        assertThat(restored)
                .containsExactly("RESTORE key 0 " + ScriptedServer.described(value.payloadLength(), 0, value.footer())
                        + " REPLACE");
    }

    private static String destination(List<String> command, List<String> restored) {
        return switch (command.get(0)) {
            case "INFO" -> "$33\r\nredis_version:7.0.15\r\nrole:master\r\n";
            case "MODULE" -> "*1\r\n*4\r\n$4\r\nname\r\n$4\r\nfake\r\n$3\r\nver\r\n:1\r\n";
            case "HGETALL" -> "*0\r\n";
            case "RESTORE" -> {
                restored.add(String.join(" ", command));
                yield "+OK\r\n";
            }
            default -> "+OK\r\n";
        };
    }

    /** A snapshot of the key {@code key}, whose value consists of strings of a megabyte each. */
    private static final class ModuleValue implements RdbMaster.Snapshot {

        private static final byte[] BEFORE = Typed.bytes("REDIS0009\u0007\u0003key");
        private static final byte[] ID = Typed.bytes("\u0081\u0012\u0034\u0056\u0078\u009a\u00bc\u00de\u0001");
        private static final byte[] STRING = Typed.bytes("\u0005\u0080\0\u0010\0\0");
        private static final byte[] BEHIND = Typed.bytes("\u00ff\0\0\0\0\0\0\0\0");

        private final int strings;
        private final byte[] content = new byte[MEGABYTE];

        ModuleValue(int strings) {
            this.strings = strings;
            new Random(strings).nextBytes(content);
        }

        @Override
        public long length() {
            return BEFORE.length + valueLength() + BEHIND.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(BEFORE);
            out.write(ID);
            for (int i = 0; i < strings; i++) {
                out.write(STRING);
                out.write(content);
            }
            out.write(0);
            out.write(BEHIND);
        }

        long payloadLength() {
            return 1 + valueLength() + FOOTER;
        }

        /** Version 8 and the checksum, least significant byte first. */
        String footer() {
            long crc = Crc64.update(Crc64.of(new byte[] {7}), ID, 0, ID.length);
            for (int i = 0; i < strings; i++) {
                crc = Crc64.update(Crc64.update(crc, STRING, 0, STRING.length), content, 0, content.length);
            }
            byte[] footer = ByteBuffer.allocate(FOOTER)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putShort((short) 8)
                    .putLong(Crc64.update(Crc64.update(Crc64.update(crc, 0), 8), 0))
                    .array();
            return HexFormat.of().formatHex(footer);
        }

        private long valueLength() {
            return ID.length + (long) strings * (STRING.length + content.length) + 1;
        }
    }
}
