package io.caravan.camel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingleCommandTest {

    @Test
    void a_list_is_a_command_of_its_elements() {
        assertThat(texts(List.of("SET", "key", 42))).containsExactly("SET", "key", "42");
    }

    @Test
    void an_array_is_a_command_of_its_elements() {
        assertThat(texts(new String[] {"DEL", "a"})).containsExactly("DEL", "a");
        assertThat(texts(new Object[] {"EXPIRE", "a", 10L})).containsExactly("EXPIRE", "a", "10");
    }

    @Test
    void bytes_stay_bytes() {
        byte[] binary = {0, (byte) 0xff, '\r', '\n'};

        assertThat(SingleCommand.of(List.of("SET", "key", binary)).get(2)).isEqualTo(binary);
        assertThat(SingleCommand.of(new byte[][] {"GET".getBytes(UTF_8), binary})
                        .get(1))
                .isEqualTo(binary);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SET key value              | SET,key,value
            `  SET   key  value  `     | SET,key,value
            SET key "two words"        | SET,key,two words
            SET key 'two words'        | SET,key,two words
            SET key ""                 | SET,key,
            SET key a" b"c             | SET,key,a bc
            SET key "say \\"hi\\""     | SET,key,say "hi"
            SET key 'a\\b'             | SET,key,a\\b
            SET key a\\ b              | SET,key,a b
            """)
    void a_line_of_text_is_split_at_blanks_outside_of_quotes(String line, String arguments) {
        assertThat(texts(line)).containsExactly(arguments.split(",", -1));
    }

    @Test
    void a_tab_separates_as_a_blank_does() {
        assertThat(texts("SET\tkey\nvalue")).containsExactly("SET", "key", "value");
    }

    @Test
    void an_open_quote_is_refused() {
        assertThatThrownBy(() -> SingleCommand.of("SET key 'value"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("redis-cluster: was given a command with an open quote: SET key 'value");
    }

    @Test
    void a_command_without_a_name_is_refused() {
        assertThatThrownBy(() -> SingleCommand.of(" ")).hasMessage("redis-cluster: was given a command without a name");
        assertThatThrownBy(() -> SingleCommand.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_argument_of_nothing_is_refused() {
        assertThatThrownBy(() -> SingleCommand.of(Arrays.asList("SET", "key", null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("redis-cluster: was given a command with a null argument");
        assertThatThrownBy(() -> SingleCommand.of(new byte[][] {{'D'}, null}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void another_body_is_answered_with_those_that_are_taken() {
        assertThatThrownBy(() -> SingleCommand.of(42))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one command as List, String[], byte[][] or String, not a java.lang.Integer");
        assertThatThrownBy(() -> SingleCommand.of(null)).hasMessageContaining("not an empty body");
    }

    private static List<String> texts(Object body) {
        return SingleCommand.of(body).stream()
                .map(argument -> new String(argument, UTF_8))
                .toList();
    }
}
