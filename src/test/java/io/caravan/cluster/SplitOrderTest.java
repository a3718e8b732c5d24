package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import io.caravan.command.OutOfOrderException;
import io.caravan.command.RedisCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitOrderTest {

    private final SplitOrder order = new SplitOrder();
    private final FakeShard shard = new FakeShard("a");
    private final CommandBatch first = Batches.stream(shard, 1, 0, "SET a 1", "SET b 2", "SET c 3");
    private final CommandBatch second = Batches.stream(shard, 2, 100, "SET d 4");
    private final List<String> handedOver = new ArrayList<>();

    @Test
    void commands_in_their_order_are_handed_over() throws OutOfOrderException {
        submit(first.command(0));
        submit(first.command(2)); // one was filtered out
        submit(second.command(0));

        assertThat(handedOver).containsExactly("SET a 1", "SET c 3", "SET d 4");
    }

    @Test
    void commands_that_a_step_has_taken_out_of_their_batch_keep_their_order() throws OutOfOrderException {
        submit(first.command(0).alone().command(0));
        submit(first.command(1).alone().command(0));

        assertThat(handedOver).containsExactly("SET a 1", "SET b 2");
    }

    @Test
    void a_command_before_one_that_was_taken_is_refused() throws OutOfOrderException {
        submit(first.command(1));

        assertThatThrownBy(() -> submit(first.command(0))).isInstanceOf(OutOfOrderException.class);
        assertThatThrownBy(() -> submit(first.command(1))).isInstanceOf(OutOfOrderException.class);
        assertThat(handedOver).containsExactly("SET b 2");
    }

    @Test
    void a_command_of_an_earlier_batch_is_refused() throws OutOfOrderException {
        submit(second.command(0));

        assertThatThrownBy(() -> submit(first.command(2))).isInstanceOf(OutOfOrderException.class);
    }

    @Test
    void shards_do_not_wait_for_each_other() throws OutOfOrderException {
        submit(second.command(0));

        submit(Batches.stream(new FakeShard("b"), 0, 0, "SET x 1").command(0));

        assertThat(handedOver).containsExactly("SET d 4", "SET x 1");
    }

    private void submit(RedisCommand command) throws OutOfOrderException {
        order.submit(command, () -> handedOver.add(command.toString()));
    }
}
