package io.caravan.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.checkpoint.LeaseAnswer.Standing;
import io.caravan.command.ReservedKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RedisLeaseTest {

    private static final Duration TIME = Duration.ofSeconds(15);
    private static final String LEASE = "caravan:lease:{orders}";
    private static final String HOLDER = "caravan:holder:{orders}";

    private final FakeRedis redis = new FakeRedis();
    private final LeaseHolder first = holder("1-1");
    private final LeaseHolder second = holder("2-2");
    private final RedisLease lease = new RedisLease(redis, "orders");
    private final RedisLease seconds = new RedisLease(redis, "orders");

    @Test
    void a_task_that_nobody_has_had_is_taken_and_then_kept() {
        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.TAKEN);

        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.KEPT);
        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.KEPT);
    }

    @Test
    void its_keys_are_reserved_ones() {
        hold(lease, first);

        assertThat(redis.values).containsOnlyKeys(LEASE, HOLDER).allSatisfy((key, value) -> {
            byte[] name = key.getBytes(UTF_8);
            assertThat(ReservedKeys.contain(name, 0, name.length)).isTrue();
        });
    }

    @Test
    void another_is_told_who_has_it() {
        hold(lease, first);

        assertThat(hold(seconds, second)).isEqualTo(LeaseAnswer.anothers(first));
    }

    @Test
    void a_lease_that_has_run_out_is_kept_if_nobody_has_had_it_meanwhile() {
        hold(lease, first);
        redis.values.remove(LEASE);

        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.KEPT);
        assertThat(hold(seconds, second).standing()).isEqualTo(Standing.ANOTHERS);
    }

    @Test
    void a_lease_that_another_has_had_meanwhile_is_not_kept_but_taken() {
        hold(lease, first);
        redis.values.remove(LEASE);
        hold(seconds, second);
        redis.values.remove(LEASE);

        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.takenAfter(second));
    }

    @Test
    void that_another_has_had_it_is_told_even_if_an_answer_is_lost() {
        hold(lease, first);
        redis.values.remove(LEASE);
        hold(seconds, second);
        redis.values.remove(LEASE);
        redis.unanswered = "SET " + HOLDER;

        assertThat(lease.hold(first, TIME).toCompletableFuture()).isCompletedExceptionally();

        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.takenAfter(second));
    }

    @Test
    void a_destination_that_has_lost_everything_does_not_say_who_had_it() {
        hold(lease, first);
        redis.values.clear();

        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.TAKEN);
    }

    @Test
    void a_task_that_was_given_up_is_free() {
        hold(lease, first);
        lease.release(first).toCompletableFuture().join();

        assertThat(hold(seconds, second)).isEqualTo(LeaseAnswer.takenAfter(first));
    }

    @Test
    void of_two_that_come_after_one_that_has_ended_one_gets_it() {
        LeaseHolder ended = ended();
        redis.values.put(LEASE, ended.encode());
        redis.heldBack = "DEL " + LEASE;
        CompletableFuture<LeaseAnswer> firsts = lease.hold(first, TIME).toCompletableFuture();

        LeaseAnswer early = hold(seconds, second);
        redis.letGo();
        LeaseAnswer late = hold(seconds, second);

        assertThat(early).isEqualTo(LeaseAnswer.anothers(ended));
        assertThat(firsts.join().standing()).isEqualTo(Standing.TAKEN);
        assertThat(late).isEqualTo(LeaseAnswer.anothers(first));
    }

    private static LeaseAnswer hold(RedisLease lease, LeaseHolder me) {
        return lease.hold(me, TIME).toCompletableFuture().join();
    }

    private static LeaseHolder holder(String id) {
        return new LeaseHolder(id, "10.0.0.1", "", 4711, 1);
    }

    /** A process of this machine that is there no more. */
    private static LeaseHolder ended() {
        LeaseHolder here = LeaseHolder.here();
        return new LeaseHolder("0-0", here.host(), here.space(), Integer.MAX_VALUE, 1);
    }

    /** Four commands of a server; nothing expires. */
    private static final class FakeRedis implements RedisCheckpointStore.Commands {

        private final Map<String, String> values = new TreeMap<>();
        private final List<Runnable> waiting = new ArrayList<>();
        private String unanswered = "-";
        private String heldBack = "-";

        @Override
        public CompletionStage<Object> call(List<byte[]> arguments) {
            List<String> words =
                    arguments.stream().map(bytes -> new String(bytes, UTF_8)).toList();
            String command = words.get(0) + " " + words.get(1);
            var answer = new CompletableFuture<Object>();
            if (command.startsWith(heldBack)) {
                waiting.add(() -> answer.complete(run(words)));
                return answer;
            }
            answer.complete(run(words));
            if (command.startsWith(unanswered)) {
                unanswered = "-";
                return CompletableFuture.failedFuture(new IllegalStateException("connection lost"));
            }
            return answer;
        }

        private void letGo() {
            heldBack = "-";
            waiting.forEach(Runnable::run);
        }

        private Object run(List<String> words) {
            String key = words.get(1);
            return switch (words.get(0)) {
                case "GET" -> values.containsKey(key) ? values.get(key).getBytes(UTF_8) : null;
                case "SET" -> words.contains("NX") && values.containsKey(key) ? null : set(key, words.get(2));
                case "PEXPIRE" -> values.containsKey(key) ? 1L : 0L;
                case "DEL" -> values.remove(key) == null ? 0L : 1L;
                default -> throw new AssertionError(words);
            };
        }

        private String set(String key, String value) {
            values.put(key, value);
            return "OK";
        }
    }
}
