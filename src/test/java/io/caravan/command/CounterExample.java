package io.caravan.command;

import java.util.List;

/**
 * Commands that do not end in the same state if, after all of them, all of them are applied again.
 *
 * @param setup what is there before
 */
record CounterExample(List<String> setup, List<String> commands) {

    /** Those that the head of {@code commands.tsv} names. */
    static final List<CounterExample> ALL = List.of(
            of("SET a 9", "DEL a", "MSETNX a 1 b 2"),
            of("SET b 1", "SET a 0", "MSETEX 2 a 5 b 6 XX", "DEL b"),
            of("HSET k f 1", "HPEXPIREAT k 4102444800000 FIELDS 2 f g", "HSETNX k g 1"),
            of("HSET k f 9", "HDEL k f", "HSETEX k FNX FIELDS 2 f 1 g 2"),
            of("ZADD k 1 a", "ZADD k XX 5 a 6 b", "ZADD k NX 7 b"),
            of("ZADD k 5 b", "ZADD k NX 1 a 2 b", "ZREMRANGEBYSCORE k 4 6"),
            of("ZADD k 1 b", "ZADD k INCR 1 b"),
            of("SET k abc", "SETRANGE k 0 X", "SET k q IFEQ Xbc"),
            of("SADD k m", "PEXPIREAT k 4102444800000", "SREM k m", "SADD k n"),
            of("HSET k f v", "PEXPIREAT k 4102444800000", "HDEL k f", "HSET k g v"),
            of("ZADD k 1 m", "PEXPIREAT k 4102444800000", "ZREM k m", "ZADD k 2 n"),
            of("ZADD k 1 m", "PEXPIREAT k 4102444800000", "ZREMRANGEBYSCORE k 1 1", "ZADD k 2 n"),
            of("ZADD k 1 m", "PEXPIREAT k 4102444800000", "ZREMRANGEBYLEX k [m [m", "ZADD k 1 n"),
            of("BITFIELD k SET u8 0 1", "BITFIELD k INCRBY u8 0 1"),
            of("SET k 1", "APPEND k 2"),
            of("SET k x", "RENAME k l", "SET k y"),
            of("SET k x", "DEL l", "COPY k l", "SET k y"));

    private static CounterExample of(String setup, String... commands) {
        return new CounterExample(List.of(setup), List.of(commands));
    }
}
