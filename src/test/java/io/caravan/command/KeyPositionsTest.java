package io.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.resp.Arguments;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPositionsTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            -              ; PING                                      ;
            1              ; SET a 1                                   ; a
            2              ; OBJECT FREQ a                             ; a
            1..-1          ; DEL a b c                                 ; a b c
            1..-2          ; BLPOP a b 10                              ; a b
            1..2           ; RENAME a b                                ; a b
            1..-1/2        ; MSET a 1 b 2 c 3                          ; a b c
            2..-1          ; BITOP AND d a b                           ; d a b
            '#2'           ; EVAL script 2 a b x y                     ; a b
            '#1'           ; LMPOP 2 a b LEFT                          ; a b
            '#1/2'         ; MSETEX 2 a 1 b 2 EX 10                    ; a b
            1+#2           ; ZUNIONSTORE d 2 a b WEIGHTS 1 2           ; d a b
            1+2:STORE      ; SORT a BY w_* STORE d                     ; a d
            1+2:STORE      ; SORT a LIMIT 0 5                          ; a
            1+2:STORE|BY-1 ; SORT a BY STORE STORE d                   ; a d
            1+2:STORE|LIMIT-2 ; SORT a LIMIT 0 STORE STORE d           ; a d
            1+6:STORE|STOREDIST ; GEORADIUS a 1 2 3 km STORE d         ; a d
            1+5:STORE|STOREDIST ; GEORADIUSBYMEMBER a STORE 3 km STOREDIST e ; a e
            1+6:STORE|STOREDIST ; GEORADIUS a 1 2 3 km STORE d STOREDIST e ; a e
            4:STREAMS      ; XREADGROUP GROUP STREAMS c COUNT 1 STREAMS a b > > ; a b
            1:STREAMS      ; XREAD COUNT 1 STREAMS a b 0 0             ; a b
            3|KEYS         ; MIGRATE h p a 0 5                         ; a
            3|KEYS         ; MIGRATE h p KEYS 0 5                      ; KEYS
            """)
    void each_notation_finds_the_keys(String notation, String command, String keys) {
        List<String> expected = keys == null ? List.of() : List.of(keys.split(" "));

        assertThat(keysOf(notation, command)).isEqualTo(expected);
        assertThat(firstOf(notation, command)).isEqualTo(expected.isEmpty() ? "none" : expected.get(0));
    }

    @Test
    void keywords_are_found_in_any_case() {
        assertThat(keysOf("1+2:STORE", "sort a store d")).containsExactly("a", "d");
        assertThat(keysOf("1:STREAMS", "xread streams a 0")).containsExactly("a");
    }

    @Test
    void a_value_that_looks_like_a_keyword_is_no_keyword() {
        assertThat(keysOf("1+2:STORE", "SORT STORE LIMIT 0 5")).containsExactly("STORE");
        assertThat(keysOf("1+2:STORE", "SORT a STORE STORE")).containsExactly("a", "STORE");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            1 ; SET ;
            1..2 ; RENAME a ; a
            1..-1 ; DEL ;
            1..-1/2 ; MSET ;
            '#2' ; EVAL script ;
            '#2' ; EVAL script 3 a ; a
            '#2' ; EVAL script 0 a ;
            '#2' ; EVAL script -1 a ;
            '#2' ; EVAL script x a ;
            '#2' ; EVAL script 99999999999999999999 a ;
            '#2' ; EVAL script 9999999999 a b ; a b
            1+#2 ; ZUNIONSTORE d ; d
            1+#2 ; ZUNIONSTORE ;
            1+2:STORE ; SORT ;
            1+2:STORE ; SORT a STORE ; a
            1+2:STORE|LIMIT-2 ; SORT a LIMIT ; a
            1:STREAMS ; XREAD COUNT 1 ;
            1:STREAMS ; XREAD STREAMS ;
            3|KEYS ; MIGRATE h p ;
            """)
    void arguments_that_are_missing_or_no_number_yield_fewer_keys(String notation, String command, String keys) {
        List<String> expected = keys == null ? List.of() : List.of(keys.split(" "));

        assertThat(keysOf(notation, command)).isEqualTo(expected);
        assertThat(firstOf(notation, command)).isEqualTo(expected.isEmpty() ? "none" : expected.get(0));
    }

    @Test
    void an_empty_key_of_migrate_stands_for_those_behind_the_keyword() {
        assertThat(keysOf("3|KEYS", "MIGRATE h p  0 5 KEYS a b")).containsExactly("a", "b");
        assertThat(keysOf("3|KEYS", "MIGRATE h p  0 5 KEYS")).isEmpty();
    }

    @Test
    void forms_that_never_have_a_second_key_say_so() {
        assertThat(KeyPositions.parse("-").single()).isTrue();
        assertThat(KeyPositions.parse("1").single()).isTrue();
        assertThat(KeyPositions.parse("1..2").single()).isFalse();
        assertThat(KeyPositions.parse("1..-1").single()).isFalse();
        assertThat(KeyPositions.parse("#2").single()).isFalse();
        assertThat(KeyPositions.parse("1+2:STORE").single()).isFalse();
        assertThat(KeyPositions.parse("1:STREAMS").single()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1..-1/0", "#x", "1..x", "STREAMS", "x:STREAMS"})
    void a_notation_that_is_none_is_refused(String notation) {
        assertThatThrownBy(() -> KeyPositions.parse(notation)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> keysOf(String notation, String command) {
        Arguments arguments = Batches.scanned(command);
        var keys = new ArrayList<String>();
        KeyPositions.parse(notation).visit(arguments, i -> keys.add(arguments.text(i)));
        return keys;
    }

    private static String firstOf(String notation, String command) {
        Arguments arguments = Batches.scanned(command);
        int first = KeyPositions.parse(notation).first(arguments);
        return first == KeyPositions.NO_KEY ? "none" : arguments.text(first);
    }
}
