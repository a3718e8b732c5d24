package io.caravan.node;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The answer to {@code INFO}, by field.
 *
 * <p>Fields: Redis documentation, command INFO. A field that a version does not have is empty.
 */
public final class ServerInfo {

    private static final int HIGHEST_PORT = 65535;

    private final Map<String, String> fields;

    private ServerInfo(Map<String, String> fields) {
        this.fields = fields;
    }

    /** Reads {@code name:value} lines; everything else is passed over. */
    public static ServerInfo parse(String text) {
        Map<String, String> fields = new HashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                fields.put(line.substring(0, colon), line.substring(colon + 1).trim());
            }
        });
        return new ServerInfo(Map.copyOf(fields));
    }

    /** The value of a field, if the server has it. */
    public Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** The value of a numeric field, {@code otherwise} if the server does not have it. */
    public long number(String name, long otherwise) {
        try {
            return field(name).map(Long::parseLong).orElse(otherwise);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** The fields whose names begin with {@code prefix}, by what follows it, in order. */
    public Map<String, String> beginningWith(String prefix) {
        Map<String, String> found = new TreeMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
            }
        });
        return found;
    }

    /** Product and version. Valkey tells Redis clients that it is Redis 7.2.4; its own fields say more. */
    public ServerVersion version() {
        Optional<String> valkey = field("valkey_version");
        if (valkey.isPresent()) {
            return ServerVersion.parse(ServerVersion.VALKEY, valkey.get());
        }
        String product = field("server_name").orElse(ServerVersion.REDIS);
        return ServerVersion.parse(product, field("redis_version").orElse("0.0.0"));
    }

    /** Whether it is a node of a cluster. */
    public boolean cluster() {
        return field("cluster_enabled").map("1"::equals).orElse(false);
    }

    /** Whether it is a replica of another node. */
    public boolean replica() {
        return field("role").map("slave"::equals).orElse(false);
    }

    /**
     * The replicas of a master that have said at which port they are; where they are asked by others, their addresses may mean nothing.
     * The lines are {@code slave0:ip=10.0.0.2,port=6379,state=online,offset=…,lag=…}.
     */
    public List<NodeAddress> replicas() {
        return beginningWith("slave").entrySet().stream()
                .filter(line -> line.getKey().matches("\\d+"))
                .flatMap(line -> replica(line.getValue()).stream())
                .toList();
    }

    private static Optional<NodeAddress> replica(String line) {
        String host = part(line, "ip");
        String port = part(line, "port");
        int number = port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
        return host.isEmpty() || number == 0 || number > HIGHEST_PORT
                ? Optional.empty()
                : Optional.of(new NodeAddress(host, number));
    }

    private static String part(String line, String name) {
        return Arrays.stream(line.split(","))
                .filter(part -> part.startsWith(name + "="))
                .map(part -> part.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** The master of a replica. */
    public Optional<NodeAddress> master() {
        Optional<String> host = field("master_host");
        long port = number("master_port", 0);
        return host.isPresent() && port > 0 ? Optional.of(new NodeAddress(host.get(), (int) port)) : Optional.empty();
    }
}
