package io.caravan.dialect;

import io.caravan.node.ServerVersion;
import java.util.Optional;

/**
 * Forms of commands that a replication stream may carry and that not every destination takes, each with the first version of
 * Redis and of Valkey that takes it from a client.
 *
 * <p>The one place that knows what came when. From "Available since" and "History" in Redis's and Valkey's documentation,
 * and from what servers of Redis 4.0 to 8.6 and Valkey 7.2 to 9.1 were seen to take. Valkey began as Redis 7.2: what is not
 * younger than that is in all of its versions.
 */
enum Form {
    /** {@code RESTORE … ABSTTL}, {@code IDLETIME}, {@code FREQ}. */
    RESTORE_OPTIONS("5.0"),
    /** {@code XADD} and all others with an X. */
    STREAMS("5.0"),
    /** {@code ZPOPMIN}, {@code ZPOPMAX}. */
    SORTED_SET_POPS("5.0"),
    /** {@code SET … KEEPTTL}. */
    KEEPTTL("6.0"),
    /** {@code SET … PXAT}, {@code EXAT}, {@code GET}. */
    SET_MOMENTS("6.2"),
    /** {@code GETDEL}. */
    GETDEL("6.2"),
    /** {@code COPY}. */
    COPY("6.2"),
    /** {@code LMOVE}. */
    LMOVE("6.2"),
    /** {@code LPOP k n}, {@code RPOP k n}. */
    LIST_POP_COUNTS("6.2"),
    /** {@code ZADD … GT}, {@code LT}. */
    ZADD_COMPARING("6.2"),
    /** {@code ZRANGESTORE}, {@code ZDIFFSTORE}, {@code GEOSEARCHSTORE}. */
    STORED_RANGES("6.2"),
    /** {@code GEORADIUS … COUNT n ANY}. */
    GEO_ANY("6.2"),
    /** {@code XADD … NOMKSTREAM}, {@code MINID}, {@code XTRIM … MINID}. */
    STREAM_TRIMMING_BY_ID("6.2"),
    /** {@code XGROUP CREATECONSUMER}. */
    CREATED_CONSUMERS("6.2"),
    /** {@code FLUSHALL SYNC}, {@code FLUSHDB SYNC}. */
    FLUSH_SYNC("6.2"),
    /** {@code SCRIPT FLUSH ASYNC}, {@code SCRIPT FLUSH SYNC}. */
    SCRIPT_FLUSH_MODES("6.2"),
    /** {@code PEXPIREAT … NX}, {@code XX}, {@code GT}, {@code LT}. */
    EXPIRE_CONDITIONS("7.0"),
    /** {@code XGROUP … ENTRIESREAD}, {@code XSETID … ENTRIESADDED … MAXDELETEDID}. */
    STREAM_COUNTERS("7.0"),
    /** {@code FUNCTION}. */
    FUNCTIONS("7.0"),
    /** {@code SPUBLISH}. */
    SHARDED_MESSAGES("7.0"),
    /** {@code HPEXPIREAT}, {@code HPERSIST}. */
    FIELD_EXPIRY("7.4", "9.0"),
    /** {@code HSETEX}. */
    HSETEX("8.0", "9.0"),
    /** {@code HGETDEL}. */
    HGETDEL("8.0", "9.1"),
    /** {@code VADD}, {@code VREM}, {@code VSETATTR}. */
    VECTOR_SETS("8.0", "never"),
    /** {@code BITOP DIFF}, {@code DIFF1}, {@code ANDOR}, {@code ONE}. */
    BITOP_DIFFERENCES("8.2", "never"),
    /** {@code XDELEX}, {@code XACKDEL}; {@code KEEPREF}, {@code DELREF}, {@code ACKED} of {@code XADD} and {@code XTRIM}. */
    STREAM_REFERENCES("8.2", "never"),
    /** {@code SET … IFEQ}. */
    SET_IF_EQUAL("8.4", "8.1"),
    /** {@code SET … IFNE}, {@code IFDEQ}, {@code IFDNE}. */
    SET_IF_OTHER("8.4", "never"),
    /** {@code DELEX}. */
    DELEX("8.4", "never"),
    /** {@code DELIFEQ}. */
    DELIFEQ("never", "9.0"),
    /** {@code MSETEX}. */
    MSETEX("8.4", "9.1"),
    /** {@code XIDMPRECORD}, {@code XCFGSET}. */
    IDEMPOTENT_PRODUCERS("8.6.2", "never"),
    /** {@code ARSET} and all others with an AR. */
    ARRAYS("8.8", "never"),
    /** {@code INCREX}. */
    INCREX("8.8", "never"),
    /** {@code XNACK}. */
    XNACK("8.8", "never"),
    /** {@code LMOVEM}, {@code BLMOVEM}. */
    LMOVEM("8.10", "never"),
    /** {@code HIMPORT}. */
    HIMPORT("8.10", "never");

    private final Optional<ServerVersion> sinceRedis;
    private final Optional<ServerVersion> sinceValkey;

    /** Not younger than Valkey. */
    Form(String sinceRedis) {
        this(sinceRedis, "7.2");
    }

    Form(String sinceRedis, String sinceValkey) {
        this.sinceRedis = version(ServerVersion.REDIS, sinceRedis);
        this.sinceValkey = version(ServerVersion.VALKEY, sinceValkey);
    }

    private static Optional<ServerVersion> version(String product, String numbers) {
        return numbers.equals("never") ? Optional.empty() : Optional.of(ServerVersion.parse(product, numbers));
    }

    /** Whether a server of that product and version takes it. */
    boolean isKnownTo(ServerVersion server) {
        Optional<ServerVersion> since = server.valkey() ? sinceValkey : sinceRedis;
        return since.isPresent() && server.compareTo(since.get()) >= 0;
    }
}
