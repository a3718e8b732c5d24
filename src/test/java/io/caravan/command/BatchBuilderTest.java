package io.caravan.command;

import static io.caravan.command.Batches.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {

    private final RespWriter written = new RespWriter(64);
    private final BatchBuilder builder = new BatchBuilder();

    @Test
    void a_builder_is_inside_a_transaction_from_multi_to_exec() {
        assertThat(builder.inTransaction()).isFalse();
        add("MULTI");
        assertThat(builder.inTransaction()).isTrue();
        add("SET a 1");
        assertThat(builder.inTransaction()).isTrue();
        add("EXEC");
        assertThat(builder.inTransaction()).isFalse();
    }

    @Test
    void a_command_whose_key_is_known_gets_the_row_that_would_have_been_found() {
        var scanned = new BatchBuilder();
        for (String key : new String[] {"k", "{tag}x", "caravan:checkpoint:{sync}"}) {
            int start = written.length();
            written.command("SET", key, "value");
            var scanner = new CommandScanner();
            scanner.scan(written.bytes(), start, written.length());
            CommandSpec spec = CommandTable.standard().of("SET");

            builder.addValue(written, spec, start, scanner.start(1), scanner.length(1), 3, true);

            scanned.addValue(scanner, spec, 3, true);
        }

        CommandBatch known = builder.build(Batches.stream("PING").origin(), written.bytes(), written.length());
        CommandBatch found = scanned.build(Batches.stream("PING").origin(), written.bytes(), written.length());
        for (int row = 0; row < 3; row++) {
            assertThat(known.command(row).toByteArray())
                    .isEqualTo(found.command(row).toByteArray());
            assertThat(known.key(row)).isEqualTo(found.key(row));
            assertThat(known.slot(row)).isEqualTo(found.slot(row));
            assertThat(known.database(row)).isEqualTo(3);
            assertThat(known.startsValue(row)).isTrue();
            assertThat(known.isReserved(row)).isEqualTo(row == 2).isEqualTo(found.isReserved(row));
        }
    }

    @Test
    void the_offset_before_a_transaction_is_that_after_the_command_before() {
        add("SET a 1");
        int before = written.length();
        add("MULTI");
        add("SET b 2");

        assertThat(builder.transactionStartDelta()).isEqualTo(before);
    }

    @Test
    void a_transaction_that_begins_the_batch_begins_at_its_start() {
        add("MULTI");

        assertThat(builder.transactionStartDelta()).isZero();
    }

    @Test
    void the_database_before_a_transaction_is_that_of_its_multi() {
        add("SET a 1", 2);
        add("MULTI", 2);
        add("SET b 2", 3);

        assertThat(builder.transactionDatabase()).isEqualTo(2);
    }

    @Test
    void the_commands_of_a_dissolved_transaction_are_ordinary_ones() {
        add("SET a 1");
        add("MULTI");
        add("SET b 2");

        builder.dissolveTransaction();

        assertThat(builder.inTransaction()).isFalse();
        CommandBatch batch = build();
        assertThat(texts(batch)).containsExactly("SET a 1", "SET b 2");
        assertThat(batch.inTransaction(2)).isFalse();
    }

    @Test
    void the_command_added_last_can_be_taken_out() {
        add("SET a 1");
        add("EXEC");

        builder.dropLast();

        CommandBatch batch = build();
        assertThat(texts(batch)).containsExactly("SET a 1");
        assertThat(batch.size()).isEqualTo(2);
    }

    @Test
    void a_builder_begins_anew_after_a_batch() {
        add("SET a 1");
        CommandBatch first = build();
        add("SET b 2");

        CommandBatch second = build();

        assertThat(texts(first)).containsExactly("SET a 1");
        assertThat(texts(second)).containsExactly("SET b 2");
    }

    @Test
    void more_rows_than_expected_are_collected() {
        for (int i = 0; i < 1000; i++) {
            add("SET key:" + i + " v");
        }

        CommandBatch batch = build();

        assertThat(batch.size()).isEqualTo(1000);
        assertThat(texts(batch)).element(999).isEqualTo("SET key:999 v");
    }

    private void add(String line) {
        add(line, 0);
    }

    private void add(String line, int database) {
        int start = written.length();
        written.command(line.split(" "));
        var scanner = new CommandScanner();
        scanner.scan(written.bytes(), start, written.length());
        builder.add(scanner, CommandTable.standard().of(scanner), database, written.length());
    }

    private CommandBatch build() {
        return builder.build(Batches.stream("DEL x").origin(), written.toByteArray(), written.length());
    }
}
