package io.caravan.servers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a {@link Load}. Bursts of commands go out in one pipeline; within a burst a tag of this writer is used once,
 * so that a redirection in mid-burst cannot change the order of commands on a key.
 */
final class LoadWriter implements Runnable {
    private static final int SHARED_TAGS = 20;
    private static final int FAILURE_LIMIT = 10;
    private static final int SETTLE_ATTEMPTS = 5;

    private final LoadOptions options;
    private final Random random;
    private final List<TrackedTag> tags;
    private final LoadPace pace;
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private int nextTag;
    private volatile boolean stopping;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();

    LoadWriter(LoadOptions options, int number) {
        this.options = options;
        random = new Random(options.seed() * 1_000_003 + number);
        pace = new LoadPace(options.perSecondOfOneThread());
        tags = new ArrayList<>(IntStream.range(0, options.tagsPerThread())
                .mapToObj(i -> new TrackedTag(options.prefix() + ":{" + options.prefix() + number + "." + i + "}"))
                .toList());
        Collections.shuffle(tags, random);
    }

    /** A request, and what its acknowledgement means to the tag that it belongs to. */
    private record Step(Request request, Runnable whenAcknowledged) {}

    @Override
    public void run() {
        try (DeploymentClient client = options.deployment().connect()) {
            client.select(options.database());
            LoadMix mix = new LoadMix(random, client.version().atLeast("5.0"), options.isExpiringSoon());
            while (!stopping && failures.size() < FAILURE_LIMIT) {
                burst(client, mix, pace.awaitDue());
                retries.set(client.retries());
            }
            for (TrackedTag tag : tags) {
                settle(client, tag);
            }
        } catch (RuntimeException | AssertionError e) {
            failures.add("writer ended: " + e);
        }
    }

    private void burst(DeploymentClient client, LoadMix mix, int due) {
        List<Step> steps = new ArrayList<>();
        int commands = 0;
        for (int i = 0; commands < due && i < tags.size(); i++) {
            Step step = random.nextInt(10) == 0 ? sharedStep(mix) : ownStep(client, mix);
            steps.add(step);
            commands += step.request().size();
        }
        if (steps.isEmpty()) {
            return;
        }
        List<@Nullable Object> replies =
                client.run(steps.stream().map(Step::request).toList());
        for (int i = 0; i < replies.size(); i++) {
            account(steps.get(i), replies.get(i));
        }
        pace.sent(commands);
    }

    /** On keys that all writers share. */
    private Step sharedStep(LoadMix mix) {
        String prefix = options.prefix() + ":{" + options.prefix() + ".shared." + random.nextInt(SHARED_TAGS) + "}";
        return new Step(mix.next(prefix), () -> {});
    }

    private Step ownStep(DeploymentClient client, LoadMix mix) {
        TrackedTag tag = tags.get(nextTag);
        nextTag = (nextTag + 1) % tags.size();
        settle(client, tag);
        Request increment = Request.of("INCR", tag.counterKey());
        return switch (random.nextInt(12)) {
            case 0 -> new Step(increment, tag::incremented);
            case 1 -> append(tag, 1 + random.nextInt(3));
            case 2 -> {
                Step append = append(tag, 1);
                yield new Step(Request.transaction(List.of(increment, append.request())), () -> {
                    tag.incremented();
                    append.whenAcknowledged().run();
                });
            }
            default -> new Step(mix.next(tag.prefix()), () -> {});
        };
    }

    private static Step append(TrackedTag tag, int numbers) {
        List<Object> words = new ArrayList<>(List.of("RPUSH", tag.listKey()));
        for (int i = 1; i <= numbers; i++) {
            words.add(tag.listEnd() + i);
        }
        return new Step(Request.of(words.toArray()), () -> tag.appended(numbers));
    }

    /** Reads a doubtful tag back; the connection may be lost again meanwhile. */
    private static void settle(DeploymentClient client, TrackedTag tag) {
        for (int attempt = 1; ; attempt++) {
            try {
                tag.settle(client);
                return;
            } catch (RespError e) {
                if (!e.isUnanswered() || attempt == SETTLE_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void account(Step step, @Nullable Object reply) {
        if (reply instanceof RespError error && error.isUnanswered()) {
            unanswered.addAndGet(step.request().size());
            tags.forEach(TrackedTag::doubt); // A server that is gone may have lost what it had acknowledged before.
            return;
        }
        List<?> parts = reply instanceof List<?> items ? items : Collections.singletonList(reply);
        for (Object part : parts) {
            if (part instanceof RespError error && !isExpected(error)) {
                failures.add(error.to(step.request()).getMessage());
                return;
            }
        }
        acknowledged.addAndGet(step.request().size());
        step.whenAcknowledged().run();
    }

    private static boolean isExpected(RespError error) {
        return "ERR no such key".equals(error.getMessage()); // RENAME of a key that was popped, renamed or deleted
    }

    void stop() {
        stopping = true;
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long unanswered() {
        return unanswered.get();
    }

    long retries() {
        return retries.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** To be read after the thread ended. */
    List<TrackedTag> tags() {
        return tags;
    }
}
