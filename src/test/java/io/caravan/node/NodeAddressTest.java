package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeAddressTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:7000, 10.0.0.1, 7000",
        "redis.example.com, redis.example.com, 6379",
        "' localhost:1 ', localhost, 1",
        "[::1]:7000, ::1, 7000",
        "[fe80::1], fe80::1, 6379",
        "host:65535, host, 65535",
    })
    void a_node_is_written_as_host_and_port(String text, String host, int port) {
        assertThat(NodeAddress.parse(text)).isEqualTo(new NodeAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:7000", "[::1]:7000", "host:6379"})
    void an_address_is_shown_as_it_is_written(String text) {
        assertThat(NodeAddress.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ":6379",
                "[]:6379",
                "host:",
                "host:abc",
                "host:0",
                "host:65536",
                "host:-1",
                "host:99999999999",
                "::1",
                "fe80::1:7000",
                "[::1",
                "a:b:6379"
            })
    void what_is_no_node_is_refused(String text) {
        assertThatThrownBy(() -> NodeAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_message_shows_how_a_node_is_written() {
        assertThatThrownBy(() -> NodeAddress.parse("host:port"))
                .hasMessage("'host:port' is no node; write host:port, as in 10.0.0.1:6379");
        assertThatThrownBy(() -> NodeAddress.parse("host:70000"))
                .hasMessage("port 70000 of host is not between 1 and 65535");
        assertThatThrownBy(() -> NodeAddress.parse("fe80::1"))
                .hasMessage("'fe80::1' is no node; write an IPv6 address in brackets, as in [::1]:6379");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:1,b:2,c", "a:1, b:2 , c", " a:1 b:2\nc ", ",a:1,,b:2,c,"})
    void nodes_are_separated_by_commas_or_blanks(String text) {
        assertThat(NodeAddress.parseList(text))
                .containsExactly(new NodeAddress("a", 1), new NodeAddress("b", 2), new NodeAddress("c", 6379));
    }

    @Test
    void a_list_without_a_node_is_refused() {
        assertThatThrownBy(() -> NodeAddress.parseList(" , "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no node given; write host:port[,host:port…]");
    }
}
