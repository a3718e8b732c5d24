package io.caravan.precheck;

import io.caravan.command.Databases;
import io.caravan.command.ReservedKeys;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Whether a destination holds keys where the task will write, Caravan's own left out. */
final class EmptyDestination {

    /**
     * Caravan keeps a few keys for each task, and with {@code inDoubt=IN_SLOT} one for each slot and full resynchronization; more than
     * this are somebody's data, whatever they are called.
     */
    private static final long MOST_OWN = 100_000;

    private static final long AT_ONCE = 1000;

    private EmptyDestination() {}

    static void look(Facts facts, Side destination, Findings findings) throws IOException {
        if (facts.continues()) {
            findings.summary("the task continues from its checkpoint, and the keys are its own work");
            return;
        }
        findings.summary("");
        long keys = 0;
        for (Server server : destination.masters()) {
            long here = keysAt(server, facts.settings().source().databases());
            keys += here;
            if (here > 0) {
                judge(facts.settings(), server, here, findings);
            }
        }
        if (keys == 0) {
            findings.summary("it holds no keys");
        }
    }

    private static void judge(PrecheckSettings settings, Server server, long keys, Findings findings) {
        String held = "holds " + keys + (keys == 1 ? " key" : " keys") + " already";
        switch (settings.conflictMode()) {
            case INTERCEPT ->
                findings.fail(
                        server.name(),
                        held,
                        "empty the destination, or give another one; or set conflictMode=IGNORE to have keys overwritten"
                                + " that the source has too");
            case IGNORE ->
                findings.warn(
                        server.name(),
                        held
                                + " (conflictMode=IGNORE): THOSE THAT THE SOURCE HAS TOO ARE OVERWRITTEN with value, type and"
                                + " time to live, the others "
                                + (settings.sweepsOthers()
                                        ? "ARE REMOVED if a snapshot has to be repeated (sweep=ALWAYS)"
                                        : "stay"),
                        "see that nobody needs them, and that nobody else writes to the destination");
        }
    }

    private static long keysAt(Server server, Databases databases) throws IOException {
        long keys = 0;
        for (Map.Entry<Integer, String> database : server.keyspace().entrySet()) {
            int number = database.getKey();
            boolean written = databases.keeps(number) || (number == 0 && databases.hasPrefixes());
            long held = Server.number(database.getValue(), "keys");
            if (written) {
                keys += number == 0 && held <= MOST_OWN ? foreignKeys(server, held) : held;
            }
        }
        return keys;
    }

    /** @param all what to answer where the account may not look */
    private static long foreignKeys(Server server, long all) throws IOException {
        long foreign = 0;
        String cursor = "0";
        do {
            Reply page = server.ask("SCAN", cursor, "COUNT", Long.toString(AT_ONCE));
            if (!(page instanceof Reply.Elements parts) || !(parts.replies().get(1) instanceof Reply.Elements keys)) {
                return all;
            }
            foreign += keys.replies().stream().filter(key -> !isOwn(key)).count();
            cursor = parts.replies().get(0).text();
        } while (!cursor.equals("0"));
        return foreign;
    }

    private static boolean isOwn(Reply key) {
        byte[] bytes =
                key instanceof Reply.Bulk bulk ? bulk.bytes() : key.text().getBytes(StandardCharsets.UTF_8);
        return ReservedKeys.contain(bytes, 0, bytes.length);
    }
}
