package io.caravan.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent to a destination that lacks a form which is in the stream. */
class OlderFormsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // strings and keys
                "redis 6.0.5  | SET k v PXAT 1800000000000        | SET k v; PEXPIREAT k 1800000000000",
                "redis 6.0.5  | SET k v NX EXAT 1800000000        | SET k v NX; PEXPIREAT k 1800000000000",
                "redis 6.0.5  | SET k v GET                       | SET k v",
                "redis 6.0.5  | SET k v KEEPTTL                   | SET k v KEEPTTL",
                "redis 6.0.5  | GETDEL k                          | DEL k",
                "redis 8.0.6  | DELEX k                           | DEL k",
                "redis 7.4.1  | DELEX k IFEQ v                    | DEL k",
                "redis 8.6.3  | DELIFEQ k v                       | DEL k",
                "valkey 8.1.1 | DELIFEQ k v                       | DEL k",
                "redis 8.0.6  | SET k v IFEQ w                    | SET k v",
                "valkey 8.0.1 | SET k v IFEQ w                    | SET k v",
                "valkey 8.1.1 | SET k v IFEQ w                    | SET k v IFEQ w",
                "valkey 9.1.2 | SET k v IFNE w                    | SET k v",
                "valkey 9.1.2 | set k v ifdeq 12ab                | SET k v",
                "redis 7.4.1  | SET k v IFEQ w PXAT 1800000000000 | SET k v PXAT 1800000000000",
                "redis 6.2.7  | PEXPIREAT k 1800000000000 NX      | PEXPIREAT k 1800000000000",
                "redis 6.2.7  | EXPIREAT k 1800000000 GT          | PEXPIREAT k 1800000000000",
                "redis 6.2.7  | EXPIREAT k 1800000000             | EXPIREAT k 1800000000",
                "redis 7.4.1  | MSETEX 2 k v l w                  | SET k v; SET l w",
                "redis 7.4.1  | MSETEX 2 k v l w NX PXAT 9        | SET k v PXAT 9; SET l w PXAT 9",
                "valkey 9.0.0 | MSETEX 1 k v KEEPTTL              | SET k v KEEPTTL",
                "redis 6.0.5  | MSETEX 2 k v l w PXAT 9           | SET k v; PEXPIREAT k 9; SET l w; PEXPIREAT l 9",
                "redis 6.0.5  | FLUSHALL SYNC                     | FLUSHALL",
                "redis 6.0.5  | FLUSHDB SYNC                      | FLUSHDB",
                "redis 6.0.5  | FLUSHALL ASYNC                    | FLUSHALL ASYNC",
                "redis 6.0.5  | SCRIPT FLUSH ASYNC                | SCRIPT FLUSH",
                "redis 6.0.5  | script flush sync                 | SCRIPT FLUSH",
                "redis 6.0.5  | SCRIPT FLUSH                      | SCRIPT FLUSH",
                "redis 6.0.5  | SCRIPT LOAD ASYNC                 | SCRIPT LOAD ASYNC",
                "redis 6.2.1  | SCRIPT FLUSH ASYNC                | SCRIPT FLUSH ASYNC",
                // lists
                "redis 6.0.5  | LPOP l 2                          | LTRIM l 2 -1",
                "redis 6.0.5  | RPOP l 2                          | LTRIM l 0 -3",
                "redis 6.0.5  | LPOP l                            | LPOP l",
                "redis 6.0.5  | LMOVE a b RIGHT LEFT              | RPOPLPUSH a b",
                "redis 6.0.5  | lmove a b right left              | RPOPLPUSH a b",
                // sorted sets
                "redis 4.0.14 | ZPOPMIN z                         | ZREMRANGEBYRANK z 0 0",
                "redis 4.0.14 | zpopmin z                         | ZREMRANGEBYRANK z 0 0",
                "redis 4.0.14 | ZPOPMIN z 3                       | ZREMRANGEBYRANK z 0 2",
                "redis 4.0.14 | ZPOPMAX z 3                       | ZREMRANGEBYRANK z -3 -1",
                "redis 6.0.5  | ZADD z GT CH 100 a                | ZADD z CH 100 a",
                "redis 6.0.5  | ZADD z XX LT INCR -1 a            | ZADD z XX INCR -1 a",
                "redis 6.0.5  | ZADD z NX CH 1 a 2 b              | ZADD z NX CH 1 a 2 b",
                "redis 6.0.5  | zadd z -inf a                     | zadd z -inf a",
                // hashes
                "redis 7.2.6  | HSETEX h KEEPTTL FIELDS 1 f v     | HSET h f v",
                "redis 7.2.6  | HSETEX h FNX FIELDS 2 f v g w     | HSET h f v g w",
                "redis 7.4.1  | HSETEX h FIELDS 1 f v             | HSET h f v",
                "redis 7.4.1  | HSETEX h FXX PXAT 9 FIELDS 2 f v g w | HSET h f v g w; HPEXPIREAT h 9 FIELDS 2 f g",
                "redis 7.4.1  | HGETDEL h FIELDS 2 f g            | HDEL h f g",
                "valkey 9.0.0 | HGETDEL h FIELDS 1 f              | HDEL h f",
                "redis 7.4.1  | HPEXPIREAT h 9 NX FIELDS 2 f g    | HPEXPIREAT h 9 NX FIELDS 2 f g",
                // streams
                "redis 6.0.5  | XADD x NOMKSTREAM 5-1 f v         | XADD x 5-1 f v",
                "redis 7.4.1  | XADD x KEEPREF MAXLEN 2 5-1 f v   | XADD x MAXLEN 2 5-1 f v",
                "redis 7.4.1  | XADD x DELREF 5-1 f v             | XADD x 5-1 f v",
                "redis 7.4.1  | XTRIM x MAXLEN = 2 KEEPREF        | XTRIM x MAXLEN = 2",
                "redis 6.2.7  | XGROUP SETID x g 1-1 ENTRIESREAD 2 | XGROUP SETID x g 1-1",
                "redis 6.2.7  | XGROUP CREATE x g 0 MKSTREAM ENTRIESREAD 3 | XGROUP CREATE x g 0 MKSTREAM",
                "redis 6.2.7  | XGROUP CREATECONSUMER x g c       | XGROUP CREATECONSUMER x g c",
                "redis 6.0.5  | XGROUP SETID x g 1-1 ENTRIESREAD 2 | XGROUP SETID x g 1-1",
                "redis 6.2.7  | XSETID x 5-0 ENTRIESADDED 10 MAXDELETEDID 2-0 | XSETID x 5-0",
                "redis 7.4.1  | XDELEX x IDS 2 1-1 1-2            | XDEL x 1-1 1-2",
                "redis 7.4.1  | XDELEX x KEEPREF IDS 1 1-1        | XDEL x 1-1",
                "redis 7.4.1  | XDELEX x ACKED IDS 1 1-1          | XDEL x 1-1",
                "redis 7.4.1  | XACKDEL x g IDS 1 1-1             | XACK x g 1-1; XDEL x 1-1",
                "valkey 9.1.2 | XACKDEL x g KEEPREF IDS 1 1-1     | XACK x g 1-1; XDEL x 1-1",
            })
    void a_right_older_form_is_sent(String destination, String sent, String told) throws Exception {
        assertThat(Spoken.to(destination).of(sent)).containsExactly(told.trim().split("; "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis 5.0.14 | SET k v KEEPTTL                       | k",
                "redis 5.0.14 | MSETEX 2 k v l w KEEPTTL              | k l",
                "redis 6.0.5  | LMOVE a b LEFT RIGHT                  | a b",
                "redis 6.0.5  | LMOVE a a LEFT LEFT                   | a a",
                "redis 6.0.5  | COPY a b REPLACE                      | b",
                "redis 6.0.5  | ZADD z GT 1 a 2 b                     | z",
                "redis 6.0.5  | ZRANGESTORE d z 0 -1                  | d",
                "redis 6.0.5  | ZDIFFSTORE d 2 a b                    | d",
                "redis 6.0.5  | GEOSEARCHSTORE d g FROMMEMBER m BYRADIUS 1 km ASC | d",
                "redis 6.0.5  | GEORADIUS g 15 37 200 km COUNT 1 ANY STORE d | d",
                "redis 7.4.1  | BITOP DIFF d a b                      | d",
                "valkey 9.1.2 | bitop one d a b                       | d",
                "redis 7.4.1  | HSETEX h KEEPTTL FIELDS 1 f v         | h",
                "redis 6.0.5  | XADD x MINID = 1-1 5-1 f v            | x",
                "redis 6.0.5  | XTRIM x MINID 4-0                     | x",
                "redis 7.4.1  | XADD x DELREF MAXLEN = 2 5-1 f v      | x",
                "redis 7.4.1  | XTRIM x MAXLEN 2 ACKED                | x",
                "redis 7.4.1  | XDELEX x DELREF IDS 1 1-1             | x",
                "redis 7.4.1  | XDELEX x ACKED IDS 2 1-1 1-2          | x",
                "redis 7.4.1  | XACKDEL x g IDS 2 1-1 1-2             | x",
                "redis 7.4.1  | XACKDEL x g DELREF IDS 1 1-1          | x",
                "redis 7.4.1  | XNACK x g FAIL IDS 1 1-1              | x",
                "redis 7.4.1  | INCREX k                              | k",
            })
    void where_no_older_command_does_the_same_the_keys_are_read_again(String destination, String sent, String keys)
            throws Exception {
        assertThat(Spoken.to(destination).of(sent)).containsExactly("CARAVAN.REFRESH " + keys.trim());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BITOP AND d a b",
                "bitop not d a",
                "GEORADIUS g 15 37 200 km STORE d",
                "GEORADIUS g 15 37 200 km COUNT 1 ANY",
                "LPOP l some",
                "COPY a",
                "XSETID x 5-0",
                "XGROUP DESTROY x g"
            })
    void what_an_old_destination_takes_as_it_is_stays(String sent) throws Exception {
        assertThat(Spoken.to("redis 6.0.5").of(sent)).containsExactly(sent);
    }

    @Test
    void a_copy_into_another_database_is_read_again_there() throws Exception {
        CommandBatch batch = Batches.ran(Spoken.NOW, false, "[2] COPY a b DB 5 REPLACE", "[2] COPY a c");

        Spoken.to("redis 6.0.5").dialect().adapt(batch);

        assertThat(batch.database(0)).isEqualTo(5);
        assertThat(batch.database(1)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis 7.4.1  | XCFGSET x IDMP-DURATION 300",
                "redis 7.4.1  | XIDMPRECORD x p i 1-1",
                "redis 6.0.5  | XGROUP CREATECONSUMER x g c",
                "redis 7.2.6  | HPERSIST h FIELDS 1 f",
            })
    void what_leaves_no_trace_on_an_older_destination_is_not_sent(String destination, String sent) throws Exception {
        assertThat(Spoken.to(destination).of(sent)).isEmpty();
    }

    @Test
    void functions_are_left_out_and_counted_where_there_are_none() throws Exception {
        Spoken old = Spoken.to("redis 6.2.7");

        assertThat(old.of("FUNCTION LOAD REPLACE code", "SET a 1", "function flush", "SPUBLISH c m"))
                .containsExactly("SET a 1");

        assertThat(old.dialect().leftOut()).containsEntry("FUNCTION", 2L).containsEntry("SPUBLISH", 1L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis 7.4.1  | VADD k VALUES 1 1 e              | VADD| no vector sets",
                "valkey 9.1.2 | VREM k e                         | VREM| no vector sets",
                "redis 8.6.3  | ARSET k 1 v                      | ARSET| no arrays",
                "redis 4.0.14 | XADD k 1-1 f v                   | XADD| no streams",
                "redis 4.0.14 | XGROUP CREATE k g 0              | XGROUP| no streams",
                "redis 7.2.6  | HPEXPIREAT k 9 FIELDS 1 f        | HPEXPIREAT| no fields that expire",
                "valkey 8.1.1 | HSETEX k PXAT 9 FIELDS 1 f v     | HSETEX| no fields that expire",
            })
    void what_cannot_be_held_by_the_destination_is_named(
            String destination, String sent, String command, String lacks) {
        Spoken spoken = Spoken.to(destination);

        List<String> adapted = spoken.of("SET a 1", sent);

        assertThat(adapted).hasSize(2).startsWith("SET a 1");
        assertThat(adapted.get(1))
                .startsWith("CARAVAN.REFUSE " + command + " ")
                .contains(lacks, destination.substring(destination.indexOf(' ') + 1))
                .endsWith(" k");
    }

    @Test
    void names_and_options_are_matched_in_any_case() throws Exception {
        assertThat(Spoken.to("redis 6.0.5").of("GetDel k", "sEt k v pXaT 9 nX", "xadd x minid = 1 limit 5 5-1 f v"))
                .containsExactly("DEL k", "SET k v nX", "PEXPIREAT k 9", "CARAVAN.REFRESH x");
    }
}
