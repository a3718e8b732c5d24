package io.caravan.chaos;

import io.caravan.servers.Await;
import io.caravan.servers.Deployment;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Request;
import io.caravan.servers.RespError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One thread that writes to the source until it is told to stop: bursts of a few commands, each on a tag of its own, so that a
 * redirection cannot change the order of commands on a key.
 */
final class ChaosClient implements Runnable {

    private static final int BURST = 8;
    private static final int MOST_FAILURES = 5;

    /** What a server in trouble may say; everything else is a fault of this program. */
    private static final Set<String> PASSING = Set.of(
            "MOVED",
            "ASK",
            "TRYAGAIN",
            "CLUSTERDOWN",
            "LOADING",
            "MASTERDOWN",
            "NOCONNECTION",
            "UNANSWERED",
            "READONLY");

    private final Deployment source;
    private final Random random;
    private final long nanosPerBurst;
    private final List<Tag> tags;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile boolean stopping;

    ChaosClient(Deployment source, long seed, int number, int tags, int perSecond) {
        this.source = source;
        random = new Random(seed * 1_000_003 + number);
        nanosPerBurst = BURST * 1_000_000_000L / perSecond;
        this.tags = IntStream.range(0, tags)
                .mapToObj(i -> new Tag("c" + number + "." + i))
                .toList();
    }

    /** A request, and what its reply means to its tag. */
    private record Step(Request request, Tag tag, Meaning meaning) {}

    private enum Meaning {
        INCREMENT,
        PUSH,
        BOTH,
        NONE
    }

    @Override
    public void run() {
        try (DeploymentClient client = source.connect()) {
            var mix = new Mix(random, client.version().atLeast("6.2"));
            List<Tag> order = new ArrayList<>(tags);
            long due = System.nanoTime();
            while (!stopping && failures.size() < MOST_FAILURES) {
                Collections.shuffle(order, random);
                burst(client, mix, order.subList(0, BURST));
                due = Math.max(due + nanosPerBurst, System.nanoTime() - nanosPerBurst);
                Await.moment(due);
            }
        } catch (RuntimeException | AssertionError e) {
            failures.add("client ended: " + e);
        }
    }

    private void burst(DeploymentClient client, Mix mix, List<Tag> some) {
        some.stream().filter(tag -> !tag.isCertain()).forEach(tag -> settle(client, tag));
        List<Step> steps = some.stream().map(tag -> step(mix, tag)).toList();
        List<@Nullable Object> replies =
                client.run(steps.stream().map(Step::request).toList());
        for (int i = 0; i < replies.size(); i++) {
            account(steps.get(i), replies.get(i));
        }
    }

    private Step step(Mix mix, Tag tag) {
        Request increment = Request.of("INCR", tag.counter());
        Request push = Request.of("RPUSH", tag.list(), tag.next());
        return switch (tag.isCertain() ? random.nextInt(8) : 3) {
            case 0 -> new Step(increment, tag, Meaning.INCREMENT);
            case 1 -> new Step(push, tag, Meaning.PUSH);
            case 2 -> new Step(Request.transaction(List.of(increment, push)), tag, Meaning.BOTH);
            default -> new Step(mix.next(tag), tag, Meaning.NONE);
        };
    }

    /** Reads the length of a list back; if that fails too, another burst tries again. */
    private static void settle(DeploymentClient client, Tag tag) {
        Object length = client.run(List.of(Request.of("LLEN", tag.list()))).get(0);
        if (length instanceof Long number) {
            tag.listed(number);
        }
    }

    private void account(Step step, @Nullable Object reply) {
        List<?> parts = reply instanceof List<?> items ? items : Collections.singletonList(reply);
        for (Object part : parts) {
            if (part instanceof RespError error) {
                refused(step, error);
                return;
            }
        }
        acknowledged.addAndGet(parts.size());
        if (step.meaning() == Meaning.INCREMENT || step.meaning() == Meaning.BOTH) {
            step.tag().incremented();
        }
        if (step.meaning() == Meaning.PUSH || step.meaning() == Meaning.BOTH) {
            step.tag().listed((Long) parts.get(parts.size() - 1));
        }
    }

    private void refused(Step step, RespError error) {
        if (step.meaning() != Meaning.NONE) {
            step.tag().doubt();
            if (error.isUnanswered()) {
                step.tag().maybeIncremented();
            }
        }
        String message = String.valueOf(error.getMessage());
        boolean expected = PASSING.contains(error.code())
                || message.equals("ERR no such key")
                || PASSING.stream().anyMatch(message::contains); // within a script
        if (!expected) {
            failures.add(message + " for " + step.request());
        }
    }

    void stop() {
        stopping = true;
    }

    /** Commands that the source has answered; any thread may ask. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** What should not have happened; any thread may ask. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Its state is to be read after the thread has ended. */
    List<Tag> tags() {
        return tags;
    }
}
