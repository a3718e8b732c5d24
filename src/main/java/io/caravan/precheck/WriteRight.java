package io.caravan.precheck;

import io.caravan.cluster.DestinationSettings.Flush;
import io.caravan.command.CommandGroup;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.ReservedKeys;
import io.caravan.command.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether the account may run, at every master of a destination, what the stream may bring and what Caravan needs for itself.
 * Nothing is run.
 */
final class WriteRight {

    private static final String KEY = ReservedKeys.PREFIX + "precheck";
    private static final int MOST_NAMES = 5;

    /** What a snapshot, and the forms that every server gives to other commands in its stream, consist of; and what Caravan keeps. */
    private static final Set<String> INDISPENSABLE = Set.of(
            "DEL",
            "EXEC",
            "GET",
            "HDEL",
            "HGETALL",
            "HSET",
            "MULTI",
            "PEXPIRE",
            "PEXPIREAT",
            "RESTORE",
            "SADD",
            "SCAN",
            "SELECT",
            "SET",
            "SMEMBERS",
            "UNLINK");

    /** What no stream brings: it is between nodes of one cluster, or comes as what it has done. */
    private static final Set<String> NEVER_IN_STREAM =
            Set.of("FCALL", "MIGRATE", "PFDEBUG", "RESTORE-ASKING", "SFLUSH", "TRIMSLOTS");

    private static final Set<String> SCRIPTS = Set.of("EVAL", "EVALSHA");
    private static final Set<String> BETWEEN_DATABASES = Set.of("MOVE", "SWAPDB");
    private static final Set<String> FLUSHES = Set.of("FLUSHALL", "FLUSHDB");

    /** From Redis 7.0 on a new user may use no channel unless it says {@code &*}. */
    private static final Set<String> CHANNELS = Set.of("PUBLISH", "SPUBLISH");

    private WriteRight() {}

    static void look(Facts facts, Side destination, Findings findings) throws IOException {
        Optional<KnownCommands> known = KnownCommands.of(destination.first(), KEY);
        if (known.isEmpty()) {
            findings.skip("the destination does not tell its commands; grant the user +command");
            return;
        }
        Set<String> run = KnownCommands.callsOf(facts.source()).keySet();
        List<List<String>> commands = new ArrayList<>();
        for (String name : needed(facts, destination, known.get())) {
            commands.addAll(known.get().shortest(name));
        }
        List<String> samples = SampleKeys.atDestination(
                facts.source(), facts.settings().source().databases());
        Set<Rights.Means> means = new TreeSet<>();
        for (Server server : destination.masters()) {
            try (Rights rights = Rights.at(destination, server)) {
                means.add(rights.means());
                if (rights.means() == Rights.Means.NONE) {
                    findings.fail(
                            server.name(),
                            "may not MULTI: " + rights.obstacle(),
                            "grant the user +multi +exec +@write ~*");
                }
                List<List<String>> asked = rights.means() == Rights.Means.QUEUE ? queueable(commands) : commands;
                List<Rights.Refusal> refused = rights.refused(asked);
                judge(server, asked.size(), refused, run, findings);
                if (refused.isEmpty()) {
                    lookAtSamples(server, rights, samples, findings);
                }
                if (destination.isCluster()) {
                    lookAtAsking(server, rights, findings);
                }
            }
        }
        findings.summary(
                means.equals(Set.of(Rights.Means.NO_ACL))
                        ? "servers before Redis 6.0 know no rights of users"
                        : findings.isEmpty() ? "all of " + commands.size() + " commands are permitted" : "");
    }

    /** An account may be allowed keys of some names only, and ours be one of them; {@code RENAME} asks for two at once. */
    private static void lookAtSamples(Server server, Rights rights, List<String> keys, Findings findings)
            throws IOException {
        List<List<String>> asked = new ArrayList<>();
        for (String key : keys) {
            asked.add(List.of("RESTORE", key, "0", "x"));
            asked.add(List.of("RENAME", key, keys.get(0)));
        }
        List<Rights.Refusal> refused = rights.refused(asked);
        if (!refused.isEmpty()) {
            findings.warn(
                    server.name(),
                    "may not write keys that the source has: '" + refused.get(0).reason() + "'",
                    "grant the destination's user the keys that are copied, ~* for all; see that includeKeys selects no"
                            + " others");
        }
    }

    /** Without it what belongs to a slot on its way between two nodes waits until the slot has arrived: {@code cluster/NodeLink}. */
    private static void lookAtAsking(Server server, Rights rights, Findings findings) throws IOException {
        List<Rights.Refusal> refused = rights.refused(List.of(List.of("ASKING")));
        if (!refused.isEmpty()) {
            findings.warn(
                    server.name(),
                    "may not ASKING: '" + refused.get(0).reason() + "'; should the destination be resharded, commands"
                            + " of keys that have left their node wait until the slot has arrived",
                    "grant the destination's user +asking");
        }
    }

    private static Set<String> needed(Facts facts, Side destination, KnownCommands known) {
        Set<String> names = new TreeSet<>(INDISPENSABLE);
        for (CommandSpec spec : CommandTable.standard().all()) {
            if (mayCome(spec, facts)) {
                names.add(spec.name());
            }
        }
        names.removeAll(NEVER_IN_STREAM);
        if (destination.isCluster()) {
            names.removeAll(BETWEEN_DATABASES);
            names.remove("SELECT");
        }
        if (facts.settings().destinations().stream().noneMatch(settings -> settings.flush() == Flush.APPLY)) {
            names.removeAll(FLUSHES);
        }
        if (facts.source().answers() && facts.source().first().atLeast(7, 0)) {
            names.removeAll(SCRIPTS); // what a script has done comes instead
        }
        names.removeIf(name -> !known.has(name));
        return names;
    }

    private static boolean mayCome(CommandSpec spec, Facts facts) {
        boolean brought = spec.scope() == Scope.KEYS || spec.scope() == Scope.MASTERS || spec.scope() == Scope.ANY;
        return brought
                && spec.write()
                && spec.group() != CommandGroup.TRANSACTIONS
                && spec.supportedBy(facts.settings().edition());
    }

    /** Within a transaction these end it, or are answered at once. */
    private static List<List<String>> queueable(List<List<String>> commands) {
        Set<String> not = Set.of("MULTI", "EXEC");
        return commands.stream()
                .filter(command -> !not.contains(command.get(0)))
                .toList();
    }

    private static void judge(
            Server server, int asked, List<Rights.Refusal> refused, Set<String> run, Findings findings) {
        if (refused.isEmpty()) {
            return;
        }
        Set<String> names =
                new TreeSet<>(refused.stream().map(Rights.Refusal::command).toList());
        Set<String> grave = new TreeSet<>(names);
        grave.removeIf(name -> !INDISPENSABLE.contains(name) && !run.contains(name));
        Set<String> first = grave.isEmpty() ? names : grave;
        String cause = "may not run " + refused.size() + " of " + asked + " commands, among them " + some(first)
                + (grave.isEmpty() ? ", which the source has not run so far" : ", which will come")
                + ": '" + refused.get(0).reason() + "'";
        String keys = refused.stream().anyMatch(refusal -> CHANNELS.contains(refusal.command())) ? " ~* &*" : " ~*";
        String remedy = "grant the destination's user " + grants(first) + keys
                + " (+@write +@read for all); or leave such commands out (excludeCommands)";
        findings.add(grave.isEmpty() ? Outcome.WARNING : Outcome.FAILED, server.name(), cause, remedy);
    }

    private static String some(Set<String> names) {
        String listed = String.join(", ", names.stream().limit(MOST_NAMES).toList());
        return names.size() > MOST_NAMES ? listed + " and " + (names.size() - MOST_NAMES) + " more" : listed;
    }

    private static String grants(Set<String> names) {
        return String.join(
                " ",
                names.stream()
                        .limit(MOST_NAMES)
                        .map(name -> "+" + name.toLowerCase(Locale.ROOT))
                        .toList());
    }
}
