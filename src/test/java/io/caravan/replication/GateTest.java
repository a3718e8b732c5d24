package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GateTest {

    private final Gate gate = new Gate();

    @Test
    void an_open_gate_lets_through() {
        gate.awaitOpen(); // returns

        gate.close();
        gate.open();

        gate.awaitOpen(); // returns
    }

    @Test
    void a_closed_gate_holds_until_it_is_opened() throws InterruptedException {
        gate.close();
        var passing = new Thread(gate::awaitOpen);
        passing.start();
        Await.until("the thread waits", Duration.ofSeconds(10), () -> passing.getState() == Thread.State.WAITING);

        gate.open();

        passing.join(10_000);
        assertThat(passing.isAlive()).isFalse();
    }
}
