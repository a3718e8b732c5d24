package io.caravan.demo;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the demo is told on the command line.
 *
 * @param source nodes of the user's source, empty to start one
 * @param destination nodes of the user's destination, empty to start one
 * @param seconds how long to write and synchronize before the comparison
 * @param keys how many keys to fill the source with
 * @param writesPerSecond how much to write meanwhile
 */
record DemoOptions(Optional<String> source, Optional<String> destination, int seconds, int keys, int writesPerSecond) {

    static final String USAGE = """
            Options (all of them optional):
              --source=host:port[,host:port…]       your own source, a cluster or a standard server
              --destination=host:port[,host:port…]  your own destination
              --seconds=20       how long to keep writing (own servers: how long to synchronize) before comparing
              --keys=20000       how many keys to fill the source with (not with own servers)
              --rate=2000        how many commands a second to write meanwhile (not with own servers)
            Passwords of own servers come from the environment: SOURCE_PASSWORD, DESTINATION_PASSWORD,
            each as <user>:<password> or <password>.""";

    DemoOptions {
        if (source.isPresent() != destination.isPresent()) {
            throw new IllegalArgumentException("give both --source and --destination, or neither");
        }
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if it is not understood
     */
    static DemoOptions parse(String[] arguments) {
        Map<String, String> options = new TreeMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("'" + argument + "' is no option");
            }
            options.put(argument.substring(2, equals), argument.substring(equals + 1));
        }
        var parsed = new DemoOptions(
                Optional.ofNullable(options.remove("source")),
                Optional.ofNullable(options.remove("destination")),
                Integer.parseInt(options.getOrDefault("seconds", "20")),
                Integer.parseInt(options.getOrDefault("keys", "20000")),
                Integer.parseInt(options.getOrDefault("rate", "2000")));
        options.keySet().removeAll(Set.of("seconds", "keys", "rate"));
        if (!options.isEmpty()) {
            throw new IllegalArgumentException("unknown options " + options.keySet());
        }
        return parsed;
    }

    boolean ownServers() {
        return source.isPresent();
    }
}
