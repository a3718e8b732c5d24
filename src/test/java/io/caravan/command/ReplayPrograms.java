package io.caravan.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random sequences of repeatable commands on two keys, each around one type of value, in the forms in which streams carry them.
 * What a server does not know it refuses; that is no matter here.
 */
final class ReplayPrograms {

    static final List<String> KEYS = List.of("k", "l");

    /** Far ahead, and far from each other. */
    private static final List<String> TIMES =
            List.of("4102444800000", "4112444800000", "4122444800000", "4132444800000");

    private static final List<String> VALUES = List.of("abc", "q", "long12345");
    private static final List<String> FIELDS = List.of("f", "g");
    private static final List<String> MEMBERS = List.of("m", "n", "o");
    private static final List<String> NUMBERS = List.of("0", "1", "2", "3");
    private static final List<String> IDS = List.of("1-1", "2-1", "3-1", "4-1");

    private static final List<String> ANY_TYPE = List.of(
            "DEL <key>",
            "DEL k l",
            "UNLINK <key>",
            "PERSIST <key>",
            "PEXPIREAT <key> <time>",
            "PEXPIREAT <key> <time> NX",
            "PEXPIREAT <key> <time> XX",
            "PEXPIREAT <key> <time> GT",
            "PEXPIREAT <key> <time> LT",
            "EXPIREAT <key> 4107444800",
            "RESTORE <key> 0 <payload>",
            "RESTORE <key> 0 <payload> REPLACE",
            "RESTORE <key> <time> <payload> REPLACE ABSTTL");

    private record Theme(List<String> setup, List<String> commands) {}

    private static final List<Theme> THEMES = List.of(
            new Theme(
                    List.of("SET <key> <value>"),
                    List.of(
                            "SET <key> <value>",
                            "SET <key> <value> NX",
                            "SET <key> <value> XX",
                            "SET <key> <value> PXAT <time>",
                            "SET <key> <value> KEEPTTL",
                            "SETNX <key> <value>",
                            "GETSET <key> <value>",
                            "GETDEL <key>",
                            "DELEX <key>",
                            "SETRANGE <key> <number> <value>",
                            "SETBIT <key> <number> 1",
                            "SETBIT <key> <number> 0",
                            "BITFIELD <key> SET u8 <number> 77",
                            "MSET k <value> l <value>",
                            "MSETEX 2 k <value> l <value> PXAT <time>")),
            new Theme(
                    List.of("HSET <key> <field> <value>", "HPEXPIREAT <key> <time> FIELDS 1 <field>"),
                    List.of(
                            "HSET <key> <field> <value>",
                            "HSET <key> f <value> g <value>",
                            "HMSET <key> f <value> g <value>",
                            "HSETNX <key> <field> <value>",
                            "HSETEX <key> KEEPTTL FIELDS 1 <field> <value>",
                            "HSETEX <key> PXAT <time> FIELDS 1 <field> <value>",
                            "HPERSIST <key> FIELDS 1 <field>")),
            new Theme(List.of("SADD <key> <member>"), List.of("SADD <key> <member>", "SADD <key> m n")),
            new Theme(
                    List.of("ZADD <key> <number> <member>"),
                    List.of("ZADD <key> <number> <member>", "ZADD <key> 1 m 2 n", "GEOADD <key> 15 37 <member>")),
            new Theme(List.of("PFADD <key> <member>"), List.of("PFADD <key> <member>", "PFCOUNT <key>")),
            new Theme(
                    List.of(
                            "XADD <key> 1-1 f v",
                            "XADD <key> 2-1 f v",
                            "XADD <key> 3-1 f v",
                            "XADD <key> 4-1 f v",
                            "XGROUP CREATE <key> g 0",
                            "XREADGROUP GROUP g c COUNT 3 STREAMS <key> >"),
                    List.of("XDEL <key> <id>", "XTRIM <key> MAXLEN = <number>", "XACK <key> g <id>")));

    private final Random random;
    private final List<String> payloads;
    private final List<String> templates;
    private final List<String> setup;

    /** @param payloads what {@code RESTORE} restores */
    ReplayPrograms(Random random, List<String> payloads) {
        this.random = random;
        this.payloads = payloads;
        Theme theme = THEMES.get(random.nextInt(THEMES.size()));
        templates = new ArrayList<>(theme.commands());
        templates.addAll(ANY_TYPE);
        if (random.nextInt(4) == 0) {
            templates.addAll(THEMES.get(random.nextInt(THEMES.size())).commands());
        }
        setup = new ArrayList<>();
        for (String key : KEYS) {
            if (random.nextInt(3) > 0) {
                theme.setup().forEach(template -> setup.add(filled(template.replace("<key>", key))));
            }
        }
    }

    /** All templates of commands. */
    static List<String> templates() {
        List<String> all = new ArrayList<>(ANY_TYPE);
        THEMES.forEach(theme -> all.addAll(theme.commands()));
        return all;
    }

    /** The commands that make what is there before. */
    List<String> setup() {
        return setup;
    }

    /** A command that may come next. */
    String next() {
        return filled(oneOf(templates));
    }

    private String filled(String template) {
        var words = new ArrayList<String>();
        Map<String, List<String>> choices = Map.of(
                "<key>", KEYS,
                "<value>", VALUES,
                "<time>", TIMES,
                "<field>", FIELDS,
                "<member>", MEMBERS,
                "<number>", NUMBERS,
                "<id>", IDS,
                "<payload>", payloads);
        for (String word : template.split(" ")) {
            words.add(oneOf(choices.getOrDefault(word, List.of(word))));
        }
        return String.join(" ", words);
    }

    private String oneOf(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
