package io.caravan.cluster;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends connections of the past before a new one is used. A node that was held up, or a proxy before it, may still have commands
 * of a connection that is long over; run then, they would take effect behind what came later.
 *
 * <p>Every link bears the name of its writer, {@code CLIENT SETNAME}, so that it is found by {@code CLIENT LIST} and ended by
 * {@code CLIENT KILL ID}. Thread-safe.
 */
final class OldLinks {

    private static final Logger LOG = LoggerFactory.getLogger(OldLinks.class);
    private static final Pattern ID = Pattern.compile("(?:^| )id=(\\d{1,19}) ");
    private static final Pattern NAME = Pattern.compile(" name=(caravan:[0-9a-f]+) ");

    private final String writer = "caravan:" + UUID.randomUUID().toString().replace("-", "");
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile Set<String> over = Set.of(writer);

    /** The name of this process's links. */
    String writer() {
        return writer;
    }

    /** Whose links are to be ended: a new set whenever there are more. */
    Set<String> over() {
        return over;
    }

    /** Writers of the past; answers whether one was not known yet. */
    synchronized boolean add(Collection<String> writers) {
        Set<String> all = new HashSet<>(over);
        boolean more = all.addAll(writers);
        if (more) {
            over = Set.copyOf(all);
        }
        return more;
    }

    /**
     * Ends every connection of these writers at a node, and gives this one its name. A node that does not permit that is
     * used all the same, and logged once.
     *
     * @param node a connection that nothing has been sent by, and that has no name yet
     */
    CompletionStage<Void> end(RedisAsyncCommands<byte[], byte[]> node, String address, Set<String> writers) {
        return node.clientList()
                .thenCompose(clients -> kill(node, address, connectionsOf(writers, clients)))
                .thenCompose(killed -> node.clientSetname(writer.getBytes(StandardCharsets.US_ASCII)))
                .<Void>thenApply(named -> null)
                .exceptionally(failure -> {
                    passIfRefused(address, failure);
                    return null;
                });
    }

    private static CompletionStage<Void> kill(RedisAsyncCommands<byte[], byte[]> node, String address, List<Long> ids) {
        return CompletableFuture.allOf(ids.stream()
                        .map(id -> node.clientKill(KillArgs.Builder.id(id)).toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> {
                    if (!ids.isEmpty()) {
                        LOG.info("destination {}: {} connections of the past were ended", address, ids.size());
                    }
                });
    }

    /** The ids of those connections in a reply to {@code CLIENT LIST} that bear one of these names. */
    static List<Long> connectionsOf(Set<String> writers, String clients) {
        List<Long> ids = new ArrayList<>();
        for (String line : clients.split("\n")) {
            Matcher id = ID.matcher(line);
            Matcher name = NAME.matcher(line);
            if (id.find() && name.find() && writers.contains(name.group(1))) {
                ids.add(Long.parseLong(id.group(1)));
            }
        }
        return ids;
    }

    /** A right that is missing will be so the next time; everything else passes. */
    private void passIfRefused(String address, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String reason = String.valueOf(cause.getMessage());
        boolean refused = cause instanceof RedisCommandExecutionException
                && (reason.startsWith("NOPERM") || reason.startsWith("ERR"));
        if (!refused) {
            throw new CompletionException(cause);
        }
        if (told.compareAndSet(false, true)) {
            LOG.warn(
                    "destination {} does not let us end connections of the past: {}. Should it stand still with commands of"
                            + " one unread, these may take effect late; grant the user +client|list +client|kill +client|setname",
                    address,
                    reason);
        }
    }
}
