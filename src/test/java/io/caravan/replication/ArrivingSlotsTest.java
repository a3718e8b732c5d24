package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.CommandTable;
import io.caravan.node.SlotRanges;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import io.caravan.resp.Typed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What masters were seen to say of slots that are given to them, and what resembles it. */
class ArrivingSlotsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RESTORE-ASKING {1042}:x 0 payload ABSTTL | 184",
                "CLUSTER SETSLOT 5 IMPORTING 07c37dfe | 5",
                "cluster setslot 16383 importing 07c37dfe | 16383",
                "CLUSTER SYNCSLOTS CONF ASM-TASK 394e:ccd1:80a2:import:connecting:100-200 | 100-200",
                "CLUSTER SYNCSLOTS CONF ASM-TASK 394e:ccd1:80a2:import:completed:7,100-200 | 7,100-200",
                "CLUSTER SYNCSLOTS ESTABLISH SOURCE b747 NAME 3a94 SLOTSRANGE 100 200 300 300 | 100-200,300"
            })
    void slots_arrive(String command, String slots) {
        assertThat(in(command)).isEqualTo(slots);
    }

    @Test
    void ranges_may_be_set_apart_by_blanks() {
        var written = new RespWriter(128)
                .command("CLUSTER", "SYNCSLOTS", "CONF", "ASM-TASK", "394e:ccd1:80a2:import:connecting:1-2 5-6");

        assertThat(in(written.bytes(), written.length())).isEqualTo("1-2,5-6");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CLUSTER SYNCSLOTS CONF ASM-TASK 394e:ccd1:80a2:import:connecting:100-200 | true",
                "CLUSTER SYNCSLOTS ESTABLISH SOURCE b747 NAME 3a94 SLOTSRANGE 100 200 | true",
                "CLUSTER SETSLOT 5 IMPORTING 07c37dfe | false",
                "RESTORE-ASKING {1042}:x 0 payload ABSTTL | false",
                "CLUSTER | false"
            })
    void whole_slots_are_copied_by_an_atomic_migration_only(String command, boolean copies) {
        byte[] bytes = Typed.commands(command);
        var scanner = new CommandScanner();
        scanner.scan(bytes, 0, bytes.length);

        assertThat(ArrivingSlots.areCopies(CommandTable.standard().of(scanner), scanner))
                .isEqualTo(copies);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET {1042}:x 1",
                "RESTORE {1042}:x 0 payload ABSTTL",
                "RESTORE-ASKING",
                "CLUSTER",
                "CLUSTER SETSLOT 5 NODE 07c37dfe",
                "CLUSTER SETSLOT 5 MIGRATING 07c37dfe",
                "CLUSTER SETSLOT 16384 IMPORTING 07c37dfe",
                "CLUSTER SETSLOT x IMPORTING 07c37dfe",
                "CLUSTER SYNCSLOTS CONF ASM-TASK 394e:ccd1:80a2:migrate:completed:100-200",
                "CLUSTER SYNCSLOTS CONF ASM-TASK 394e:ccd1:80a2:import:connecting:200-100",
                "CLUSTER SYNCSLOTS CONF ASM-TASK 394e:ccd1:80a2:import:connecting:",
                "CLUSTER SYNCSLOTS CONF SLOT-INFO 184:8:1",
                "CLUSTER SYNCSLOTS ESTABLISH SOURCE b747 NAME 3a94",
                "CLUSTER SYNCSLOTS ESTABLISH SOURCE b747 NAME 3a94 SLOTSRANGE 99999 99999999999",
                "CLUSTER SYNCSLOTS SNAPSHOT-EOF"
            })
    void none_arrive(String command) {
        assertThat(in(command)).isEqualTo("none");
    }

    private static String in(String command) {
        byte[] bytes = Typed.commands(command);
        return in(bytes, bytes.length);
    }

    private static String in(byte[] bytes, int length) {
        var scanner = new CommandScanner();
        scanner.scan(bytes, 0, length);
        return SlotRanges.text(ArrivingSlots.in(CommandTable.standard().of(scanner), scanner));
    }
}
