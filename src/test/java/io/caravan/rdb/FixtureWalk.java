package io.caravan.rdb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What another reader found in a snapshot: {@code <snapshot>.walk.txt}. */
record FixtureWalk(String magic, int auxFields, int functions, List<String> keys) {

    private static final Pattern KEY = Pattern.compile(
            "\\((\\d+), (?:'((?:[^'\\\\]|\\\\.)*)'|\"([^\"]*)\"), '(\\d+) .*', (None|\\d+), (None|\\d+),"
                    + " (None|\\d+)\\)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(x([0-9a-f]{2})|.)");
    private static final Pattern COUNT = Pattern.compile(".*'FA aux': (\\d+).*");

    /** The walk cuts names of keys at this many characters. */
    static final int KEY_CUT = 60;

    static FixtureWalk of(Path snapshot) {
        var text = new String(
                Fixtures.read(snapshot.resolveSibling(snapshot.getFileName() + ".walk.txt")), StandardCharsets.UTF_8);
        String magic = "";
        int auxFields = 0;
        int functions = 0;
        var keys = new ArrayList<String>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("magic: ")) {
                magic = line.substring("magic: ".length());
            } else if (line.startsWith("ops: ")) {
                Matcher count = COUNT.matcher(line);
                auxFields = count.matches() ? Integer.parseInt(count.group(1)) : 0;
            } else if (line.startsWith("functions: ")) {
                functions = Integer.parseInt(line.substring("functions: ".length()));
            } else if (line.startsWith("(")) {
                keys.add(key(line));
            }
        }
        return new FixtureWalk(magic, auxFields, functions, keys);
    }

    /** A key in the form of the lists to compare. */
    static String key(int database, byte[] key, int type, String expiry, String idle, String frequency) {
        var name = new String(key, StandardCharsets.ISO_8859_1);
        return database + " " + name.substring(0, Math.min(name.length(), KEY_CUT)) + " type " + type + " expiry "
                + expiry + " idle " + idle + " frequency " + frequency;
    }

    private static String key(String line) {
        Matcher match = KEY.matcher(line);
        if (!match.matches()) {
            throw new IllegalArgumentException("not understood: " + line);
        }
        String name = match.group(2) != null ? unescape(match.group(2)) : match.group(3);
        return key(
                Integer.parseInt(match.group(1)),
                name.getBytes(StandardCharsets.ISO_8859_1),
                Integer.parseInt(match.group(4)),
                match.group(5),
                match.group(6),
                match.group(7));
    }

    /** Python's {@code repr}. */
    private static String unescape(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        switch (match.group(1).charAt(0)) {
                            case 'x' -> String.valueOf((char) Integer.parseInt(match.group(2), 16));
                            case 'r' -> "\r";
                            case 'n' -> "\n";
                            case 't' -> "\t";
                            default -> match.group(1);
                        }));
    }
}
