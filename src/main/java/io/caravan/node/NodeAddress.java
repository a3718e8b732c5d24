package io.caravan.node;

import java.util.Arrays;
import java.util.List;

/**
 * Host and port of a server.
 *
 * @param host name or address, an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record NodeAddress(String host, int port) {

    private static final int DEFAULT_PORT = 6379;
    private static final int HIGHEST_PORT = 65535;

    public NodeAddress {
        if (host.isBlank()) {
            throw new IllegalArgumentException("a node needs a host, as in 10.0.0.1:6379");
        }
        if (port < 1 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("port " + port + " of " + host + " is not between 1 and 65535");
        }
    }

    /**
     * Reads {@code host:port}, {@code host} (port 6379) or {@code [ipv6]:port}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static NodeAddress parse(String text) {
        String trimmed = text.trim();
        int colon = trimmed.lastIndexOf(':');
        boolean noPort = colon < 0 || trimmed.endsWith("]");
        String host = noPort ? trimmed : trimmed.substring(0, colon);
        if (host.indexOf(':') >= 0 && !inBrackets(host)) {
            throw new IllegalArgumentException(
                    "'" + trimmed + "' is no node; write an IPv6 address in brackets, as in [::1]:6379");
        }
        return new NodeAddress(withoutBrackets(host), noPort ? DEFAULT_PORT : port(trimmed, colon));
    }

    /**
     * Reads a list of nodes separated by commas or blanks.
     *
     * @throws IllegalArgumentException if one of them is no address, or there is none
     */
    public static List<NodeAddress> parseList(String text) {
        List<NodeAddress> nodes = Arrays.stream(text.split("[,\\s]+"))
                .filter(node -> !node.isBlank())
                .map(NodeAddress::parse)
                .toList();
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("no node given; write host:port[,host:port…]");
        }
        return nodes;
    }

    private static int port(String text, int colon) {
        try {
            return Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no node; write host:port, as in 10.0.0.1:6379", e);
        }
    }

    private static String withoutBrackets(String host) {
        return inBrackets(host) ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean inBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]");
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
