package io.caravan.precheck;

import io.caravan.command.Databases;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether the destination can hold the databases that are synchronized. */
final class SelectedDatabases {

    private SelectedDatabases() {}

    static void look(Facts facts, Side destination, Findings findings) throws IOException {
        Databases databases = facts.settings().source().databases();
        Set<Integer> withKeys = new TreeSet<>();
        facts.source()
                .masters()
                .forEach(server -> withKeys.addAll(server.keyspace().keySet()));
        Set<Integer> kept = new TreeSet<>(databases.kept());
        withKeys.stream().filter(databases::keeps).forEach(kept::add);
        if (destination.isCluster()) {
            cluster(kept, findings);
        } else {
            standard(destination, kept, findings);
        }
        Set<Integer> left = new TreeSet<>(withKeys);
        left.removeIf(databases::selects);
        findings.summary(databases + (left.isEmpty() ? "" : "; keys in " + list(left) + " are left out"));
    }

    private static void cluster(Set<Integer> kept, Findings findings) {
        Set<Integer> others = new TreeSet<>(kept);
        others.remove(0);
        if (!others.isEmpty()) {
            String example =
                    others.stream().map(number -> number + "=db" + number + ":").collect(Collectors.joining(","));
            findings.fail(
                    "",
                    "the destination is a cluster, which holds database 0 only, and " + list(others)
                            + " of the source would be synchronized",
                    "put them behind prefixes, as in databases=0," + example + ", or leave them out with databases=0");
        }
    }

    private static void standard(Side destination, Set<Integer> kept, Findings findings) throws IOException {
        Server server = destination.first();
        try (Conversation conversation = destination.open(server)) {
            for (int number : kept) {
                Reply selected = conversation
                        .ask(List.of(List.of("SELECT", Integer.toString(number))))
                        .get(0);
                if (selected instanceof Reply.Failure failure) {
                    findings.fail(
                            server.name(),
                            "has no database " + number + ": " + Server.quoted(failure),
                            "raise 'databases' in the destination's configuration, or leave it out with the task's databases");
                }
            }
        }
    }

    private static String list(Set<Integer> numbers) {
        return (numbers.size() == 1 ? "database " : "databases ")
                + numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
