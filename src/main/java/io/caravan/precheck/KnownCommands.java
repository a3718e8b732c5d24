package io.caravan.precheck;

import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The commands of a server, as {@code COMMAND} lists them: which there are, and how many arguments each needs. */
final class KnownCommands {

    private static final int ARITY = 1;
    private static final int SUBCOMMANDS = 9;

    private final Map<String, List<List<String>>> shortest;

    private KnownCommands(Map<String, List<List<String>>> shortest) {
        this.shortest = shortest;
    }

    /** Asks a server; empty if the account may not ask. */
    static Optional<KnownCommands> of(Server server, String filler) throws IOException {
        if (!(server.ask("COMMAND") instanceof Reply.Elements commands)) {
            return Optional.empty();
        }
        Map<String, List<List<String>>> shortest = new HashMap<>();
        for (Reply command : commands.replies()) {
            if (command instanceof Reply.Elements parts && parts.replies().size() > ARITY) {
                String name = parts.replies().get(0).text().toUpperCase(Locale.ROOT);
                shortest.put(name, forms(parts.replies(), filler));
            }
        }
        return Optional.of(new KnownCommands(shortest));
    }

    /** From Redis 7.0 on a container lists its sub-commands, {@code xgroup|create}. */
    private static List<List<String>> forms(List<Reply> parts, String filler) {
        if (parts.size() <= SUBCOMMANDS
                || !(parts.get(SUBCOMMANDS) instanceof Reply.Elements subcommands)
                || subcommands.replies().isEmpty()) {
            return List.of(form(parts, filler));
        }
        List<List<String>> forms = new ArrayList<>();
        for (Reply subcommand : subcommands.replies()) {
            if (subcommand instanceof Reply.Elements of && of.replies().size() > ARITY) {
                forms.add(form(of.replies(), filler));
            }
        }
        return forms;
    }

    /** The name, each word of it by itself, and fillers up to the arity, which is negative where more are allowed. */
    private static List<String> form(List<Reply> parts, String filler) {
        List<String> words = new ArrayList<>(
                List.of(parts.get(0).text().toUpperCase(Locale.ROOT).split("\\|")));
        long arity = parts.get(ARITY) instanceof Reply.Number number ? Math.abs(number.value()) : 1;
        words.addAll(Collections.nCopies((int) Math.max(0, Math.min(16, arity) - words.size()), filler));
        return words;
    }

    boolean has(String name) {
        return shortest.containsKey(name);
    }

    /** The command with no more arguments than it needs; of a container, each of its sub-commands. */
    List<List<String>> shortest(String name) {
        return shortest.getOrDefault(name, List.of());
    }

    /**
     * How often each command has been run at the masters of a side since they started, by its name in upper case; of a
     * container, all sub-commands together. Empty if the account may not ask.
     */
    static Map<String, Long> callsOf(Side side) throws IOException {
        Map<String, Long> calls = new TreeMap<>();
        for (Server server : side.masters()) {
            server.info("commandstats").beginningWith("cmdstat_").forEach((name, line) -> {
                String command = name.toUpperCase(Locale.ROOT).split("\\|")[0];
                long number = Server.number(line, "calls");
                if (number > 0) { // from Redis 6.2 on those that were only refused are listed as well
                    calls.merge(command, number, Long::sum);
                }
            });
        }
        return calls;
    }
}
