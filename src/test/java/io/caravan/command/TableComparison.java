package io.caravan.command;

import io.caravan.resp.Arguments;
import io.caravan.resp.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Compares the command table with what a server answers to {@code COMMAND}. */
final class TableComparison {

    /** Commands that are not in the table, because they can never be in a stream. */
    static final Map<String, String> NEVER_IN_A_STREAM = Map.ofEntries(
            Map.entry("ACL", "configures the node"),
            Map.entry("CLUSTERSCAN", "reads"),
            Map.entry("COMMANDLOG", "configures the node"),
            Map.entry("DEBUG", "is for those who debug the server"),
            Map.entry("FAILOVER", "configures the node"),
            Map.entry("HELLO", "belongs to the client's connection"),
            Map.entry("HOST:", "catches HTTP requests"),
            Map.entry("HOTKEYS", "reads"),
            Map.entry("MODULE", "configures the node"),
            Map.entry("POST", "catches HTTP requests"),
            Map.entry("QUIT", "belongs to the client's connection"),
            Map.entry("REPLICAOF", "configures the node"),
            Map.entry("RESET", "belongs to the client's connection"),
            Map.entry("SLAVEOF", "configures the node"),
            Map.entry("SSUBSCRIBE", "belongs to the client's connection"),
            Map.entry("SUNSUBSCRIBE", "belongs to the client's connection"),
            Map.entry("WAITAOF", "waits"));

    /** Commands that servers do not count among the writes, although the stream carries them. */
    private static final Map<String, String> WRITES_WITHOUT_THE_FLAG = Map.of(
            "EVAL", "writes what its script writes; verbatim in the stream of Redis 4.0",
            "EVALSHA", "writes what its script writes; verbatim in the stream of Redis 4.0",
            "FCALL", "writes what its function writes",
            "SCRIPT", "LOAD and FLUSH are in the stream up to Redis 6.2",
            "PFCOUNT", "writes the count that it has computed into the value",
            "PUBLISH", "is in the stream of a standard server",
            "SPUBLISH", "is in the stream of a standard server",
            "CLUSTER", "SYNCSLOTS is in the stream while slots move");

    /** What servers before 7.0 say of some keys is wrong, or nothing. */
    private static final Set<String> KEYS_NOT_TOLD_BEFORE_7 =
            Set.of("BRPOP", "EXISTS", "MEMORY", "MIGRATE", "PFDEBUG", "SORT", "TOUCH");

    /** Commands whose keys cannot be told by positions alone, in all of their forms; two blanks enclose an empty argument. */
    static final List<String> SAMPLES = List.of(
            "EVAL s 2 a b x",
            "EVAL s 0 x",
            "EVALSHA s 1 a",
            "EVAL_RO s 1 a",
            "EVALSHA_RO s 2 a b",
            "FCALL f 2 a b x",
            "FCALL_RO f 1 a",
            "SORT a",
            "SORT a BY STORE STORE d",
            "SORT a LIMIT 0 1 GET STORE STORE d",
            "SORT a STORE c STORE d",
            "SORT_RO a BY x",
            "GEORADIUS g 1 2 3 km",
            "GEORADIUS g 1 2 3 km STORE d",
            "GEORADIUS g 1 2 3 km COUNT 1 STOREDIST d",
            "GEORADIUSBYMEMBER g STORE 3 km STORE d",
            "GEORADIUS_RO g 1 2 3 km",
            "GEORADIUSBYMEMBER_RO g STORE 1 km",
            "MIGRATE h 1 a 0 5",
            "MIGRATE h 1  0 5 KEYS a b",
            "MIGRATE h 1  0 5 AUTH p KEYS a b",
            "ZUNIONSTORE d 2 a b WEIGHTS 1 2",
            "ZINTERSTORE d 1 a",
            "ZDIFFSTORE d 2 a b",
            "ZUNION 2 a b",
            "ZINTER 2 a b WITHSCORES",
            "ZDIFF 1 a",
            "ZINTERCARD 2 a b LIMIT 1",
            "SINTERCARD 2 a b",
            "LMPOP 2 a b LEFT",
            "BLMPOP 0 2 a b LEFT COUNT 1",
            "ZMPOP 1 a MIN",
            "BZMPOP 0 2 a b MAX",
            "XREAD COUNT 1 STREAMS a b 0 0",
            "XREADGROUP GROUP g c STREAMS a 0",
            "XREADGROUP GROUP STREAMS c COUNT 2 STREAMS a b 0 0",
            "MSETEX 2 a 1 b 2 EX 10");

    private static final int LONGEST_SAMPLE = 9;

    private final CommandTable table = CommandTable.standard();
    private final List<String> differences = new ArrayList<>();
    private final Set<String> names = new TreeSet<>();

    /** What the table and the reply to {@code COMMAND} do not agree in. */
    List<String> differences(Reply reply) {
        for (Reply entry : ReplyFields.listOf(reply)) {
            compare(entry);
        }
        return differences;
    }

    /** The commands that the server has. */
    Set<String> names() {
        return names;
    }

    private void compare(Reply entry) {
        CommandInfo info = CommandInfo.parse(new Reply.Elements(List.of(entry))).get(0);
        names.add(info.name());
        CommandSpec spec = table.of(info.name());
        if (!spec.known()) {
            check(NEVER_IN_A_STREAM.containsKey(info.name()), info.name() + " is not in the table");
            return;
        }
        check(
                info.write() == spec.write() || WRITES_WITHOUT_THE_FLAG.containsKey(info.name()),
                info.name() + " is a " + (info.write() ? "write" : "read") + " for the server");
        compareKeys(entry, info);
        List<Reply> parts = ReplyFields.listOf(entry);
        if (parts.size() > 9) {
            for (Reply subcommand : ReplyFields.listOf(parts.get(9))) {
                compareKeys(
                        subcommand,
                        CommandInfo.parse(new Reply.Elements(List.of(subcommand)))
                                .get(0));
            }
        }
    }

    private void compareKeys(Reply entry, CommandInfo info) {
        boolean before7 = ReplyFields.listOf(entry).size() < 9;
        if (!info.subcommands().isEmpty() || before7 && KEYS_NOT_TOLD_BEFORE_7.contains(info.name())) {
            return;
        }
        String[] name = info.name().split("\\|");
        if (!info.flags().contains("movablekeys")) {
            plainSamples(name, ReplyFields.positionOf(ReplyFields.listOf(entry).get(1)))
                    .forEach(line -> compareKeys(info, name[0], line));
        } else if (!info.specs().isEmpty()) {
            SAMPLES.stream()
                    .filter(line -> line.startsWith(info.name() + " "))
                    .forEach(line -> compareKeys(info, name[0], line));
        }
    }

    /** Commands of every length that the arity allows; a negative one is the least number of arguments. */
    private static Stream<String> plainSamples(String[] name, int arity) {
        return Stream.iterate(Math.abs(arity), length -> length <= LONGEST_SAMPLE, length -> length + 1)
                .filter(length -> arity < 0 || length == arity)
                .map(length -> {
                    String[] words = new String[length];
                    Arrays.fill(words, "x");
                    System.arraycopy(name, 0, words, 0, Math.min(name.length, length));
                    return String.join(" ", words);
                });
    }

    private void compareKeys(CommandInfo info, String name, String line) {
        Arguments command = Batches.scanned(line);
        List<Integer> ours = positions(table.of(name).keys(), command);
        List<Integer> theirs = positions(info.keys(), command);
        check(ours.equals(theirs), "keys of " + line + " are " + theirs + " for the server, not " + ours);
    }

    private static List<Integer> positions(KeyPositions keys, Arguments command) {
        List<Integer> positions = new ArrayList<>();
        keys.visit(command, positions::add);
        return positions;
    }

    private void check(boolean agrees, String difference) {
        if (!agrees) {
            differences.add(difference);
        }
    }
}
