package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The looks come when the test says so; the limit is less than none, so that any silence exceeds it. */
class SilenceHandlerTest {

    private final SilenceHandler silence = new SilenceHandler(Duration.ofNanos(-1_000_000));
    private final EmbeddedChannel channel = new EmbeddedChannel(silence);

    @Test
    void a_connection_on_which_nothing_was_written_may_be_silent() {
        look();

        assertThat(channel.isOpen()).isTrue();
        assertThat(silence.silentMillis()).isZero();
    }

    @Test
    void a_connection_on_which_nothing_comes_back_is_closed() {
        channel.writeOutbound(text("PING"));

        look();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void what_comes_back_ends_the_silence() {
        channel.writeOutbound(text("PING"));

        channel.writeInbound(text("+PONG"));

        look();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void a_part_of_the_answers_does_not() {
        silence.awaitsMore(() -> true);
        channel.writeOutbound(text("PING PING"));
        channel.writeInbound(text("+PONG"));

        look();

        assertThat(channel.isOpen()).isFalse();
    }

    private void look() {
        channel.freezeTime();
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private static Object text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
