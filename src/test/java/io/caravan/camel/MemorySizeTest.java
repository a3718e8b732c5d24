package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {

    @ParameterizedTest
    @CsvSource({
        "1048576, 1048576",
        "64MB, 67108864",
        "64mb, 67108864",
        "64M, 67108864",
        "64 MiB, 67108864",
        "512k, 524288",
        "1g, 1073741824",
        "' 8KB ', 8192",
        "0, 0",
    })
    void a_size_is_a_number_with_or_without_a_unit(String text, long bytes) {
        assertThat(MemorySize.parse("memoryLimit", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB", "-1", "1.5MB", "64TB", "64 M B", "9999999999999"})
    void what_is_no_size_is_refused_with_the_name_of_the_option(String text) {
        assertThatThrownBy(() -> MemorySize.parse("memoryLimit", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memoryLimit=" + text + " is no size; write it as 64MB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999999g", "9000000000g"})
    void a_size_beyond_all_measure_is_refused(String text) {
        assertThatThrownBy(() -> MemorySize.parse("memoryLimit", text)).isInstanceOf(IllegalArgumentException.class);
    }
}
