package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import io.caravan.servers.UnreadBytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A server that stood still holds commands of connections that are long over, and runs them when it goes on: by then they must
 * not take effect any more, since whoever came later has put right what they were to do.
 */
class OldLinksIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STREAMS = "streaming from offset";
    private static final Pattern WRITER = Pattern.compile("caravan:[0-9a-f]+");
    private static final int COUNTERS = 50;
    private static final int INCREMENTS = 400_000;
    private static final int AT_ONCE = 1000;
    private static final long MANY_BYTES = 100_000;

    @Test
    void what_a_destination_holds_of_a_process_that_was_killed_takes_no_effect_behind_its_successor() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer destination = pair.destinationMasters.get(0);
            try (CaravanProcess task = CaravanProcess.between(pair).start()) {
                task.awaitOutput(STREAMS);
                increment(pair.sourceMasters.get(0)); // so that the kernel learns how much the connection can carry
                task.awaitAcknowledged(pair.sourceMasters);

                destination.pause();
                increment(pair.sourceMasters.get(0));
                awaitUnread(destination, MANY_BYTES);
                task.kill();
                long held = UnreadBytes.at(destination.port());
                task.restart();
                awaitUnread(destination, held + 1); // what the new process begins with
                destination.resume();

                task.awaitAcknowledged(pair.sourceMasters);
            }
            pair.assertEqual();
        }
    }

    @Test
    void a_connection_of_an_earlier_process_is_ended_by_the_next() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess task = CaravanProcess.between(pair).start()) {
            RedisServer destination = pair.destinationMasters.get(0);
            task.awaitOutput(STREAMS).awaitAcknowledged(pair.sourceMasters);
            try (RespClient left = destination.client()) {
                left.call("CLIENT", "SETNAME", writerAt(destination));

                task.kill();
                task.restart();
                task.awaitOutput("connections of the past were ended");

                assertThatThrownBy(() -> left.call("PING")).isNotInstanceOf(RespError.class);
            }
        }
    }

    private static String writerAt(RedisServer server) {
        Matcher name = WRITER.matcher(String.valueOf(server.command("CLIENT", "LIST")));
        assertThat(name.find()).isTrue();
        return name.group();
    }

    @Test
    void a_process_that_was_frozen_until_another_had_its_task_writes_nothing_any_more() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer destination = pair.destinationMasters.get(0);
            CaravanProcess.Settings settings =
                    CaravanProcess.between(pair).with("camel.component.redis-replication.lease-time", "8000");
            try (CaravanProcess first = settings.start()) {
                first.awaitOutput(STREAMS);
                destination.pause();
                increment(pair.sourceMasters.get(0));
                awaitUnread(destination, MANY_BYTES);
                first.pause();
                destination.resume();
                try (CaravanProcess second = settings.start()) {
                    second.awaitOutput("connections of the past were ended").awaitOutput(STREAMS);
                    first.resume();
                    first.awaitOutput("has been taken over by process");
                    increment(pair.sourceMasters.get(0));
                    second.awaitAcknowledged(pair.sourceMasters);
                }
            }
            pair.assertEqual();
        }
    }

    @Test
    void a_process_that_was_frozen_while_another_had_its_task_for_a_while_goes_on_from_where_that_one_was()
            throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            CaravanProcess.Settings settings =
                    CaravanProcess.between(pair).with("camel.component.redis-replication.lease-time", "4000");
            try (CaravanProcess first = settings.start()) {
                increment(source, AT_ONCE);
                first.awaitOutput(STREAMS).awaitAcknowledged(pair.sourceMasters);
                first.pause();
                source.command("CLIENT", "KILL", "TYPE", "slave");
                try (CaravanProcess second = settings.start()) {
                    second.awaitOutput(STREAMS);
                    increment(source, AT_ONCE);
                    second.awaitAcknowledged(pair.sourceMasters);
                    second.kill();
                }
                awaitLeaseGone(pair.destinationMasters.get(0));
                increment(source, AT_ONCE);

                first.resume();

                first.awaitOutput("has had it meanwhile; route sync is started again");
                increment(source, AT_ONCE);
                first.awaitAcknowledged(pair.sourceMasters);
            }
            pair.assertEqual();
        }
    }

    private static void awaitLeaseGone(RedisServer destination) {
        Await.until(
                "the lease has run out",
                PATIENCE,
                () -> destination.number("EXISTS", "caravan:lease:{sync}"),
                keys -> keys == 0);
    }

    private static void awaitUnread(RedisServer server, long bytes) {
        Await.until(
                "it holds " + bytes + " bytes",
                PATIENCE,
                () -> UnreadBytes.at(server.port()),
                unread -> unread >= bytes);
    }

    private static void increment(RedisServer source) throws IOException {
        increment(source, INCREMENTS);
    }

    private static void increment(RedisServer source, int times) throws IOException {
        try (RespClient client = source.client()) {
            for (int sent = 0; sent < times; sent += AT_ONCE) {
                List<Request> requests = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    requests.add(Request.of("INCR", "counter:" + i % COUNTERS));
                }
                assertThat(client.pipeline(requests)).hasSize(AT_ONCE);
            }
        }
    }
}
