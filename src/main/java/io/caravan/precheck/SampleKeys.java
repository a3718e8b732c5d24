package io.caravan.precheck;

import io.caravan.command.Databases;
import io.caravan.command.ReservedKeys;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Some keys that the source has, for what an account may do to keys of one name and not to those of another ({@code ~app:*}). Of printable
 * ASCII, so that a report may name them.
 */
final class SampleKeys {

    private static final int MOST = 20;

    private SampleKeys() {}

    /** Keys of database 0 of a source server; none where the account may not look. */
    static List<String> of(Server server) throws IOException {
        Reply page = server.ask("SCAN", "0", "COUNT", Integer.toString(MOST));
        if (!(page instanceof Reply.Elements parts) || !(parts.replies().get(1) instanceof Reply.Elements keys)) {
            return List.of();
        }
        return keys.replies().stream()
                .map(Reply::text)
                .filter(key -> key.matches("[\\x21-\\x7e]{1,100}"))
                .filter(key -> !isReserved(key))
                .limit(MOST)
                .toList();
    }

    /** What they are called at the destination. */
    static List<String> atDestination(Side source, Databases databases) throws IOException {
        if (!databases.selects(0)) {
            return List.of();
        }
        Stream<String> all = Stream.empty();
        for (Server server : source.masters()) {
            all = Stream.concat(all, of(server).stream());
        }
        return all.limit(MOST)
                .map(key -> new String(
                        databases.nameOf(key.getBytes(StandardCharsets.US_ASCII), 0), StandardCharsets.UTF_8))
                .toList();
    }

    private static boolean isReserved(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        return ReservedKeys.contain(bytes, 0, bytes.length);
    }
}
