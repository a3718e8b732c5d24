package io.caravan.transform;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Says whether a key belongs to a set of keys that is described by a text: {@code prefix:user:}, {@code glob:user:*:name},
 * {@code regex:^user:[0-9]+$}, or a glob alone.
 */
interface KeyPattern {

    boolean matches(byte[] key);

    /**
     * Reads a description.
     *
     * @throws IllegalArgumentException if it is a regular expression that is none
     */
    static KeyPattern parse(String text) {
        if (text.startsWith("prefix:")) {
            return new Prefix(text.substring("prefix:".length()).getBytes(StandardCharsets.UTF_8));
        }
        if (text.startsWith("regex:")) {
            return regex(text.substring("regex:".length()));
        }
        String glob = text.startsWith("glob:") ? text.substring("glob:".length()) : text;
        return new Glob(glob.getBytes(StandardCharsets.UTF_8));
    }

    private static KeyPattern regex(String expression) {
        try {
            Pattern pattern = Pattern.compile(expression, Pattern.DOTALL);
            return key ->
                    pattern.matcher(new String(key, StandardCharsets.UTF_8)).find();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + expression + "' is no regular expression: " + e.getMessage(), e);
        }
    }

    /** Keys that begin with these bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Prefix(byte[] bytes) implements KeyPattern {
        @Override
        public boolean matches(byte[] key) {
            if (key.length < bytes.length) {
                return false;
            }
            for (int i = 0; i < bytes.length; i++) {
                if (key[i] != bytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** As in Redis's {@code KEYS}: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, {@code \}. Rule: {@code util.c}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Glob(byte[] pattern) implements KeyPattern {
        @Override
        public boolean matches(byte[] key) {
            int p = 0;
            int k = 0;
            int starAt = -1;
            int resumeAt = 0;
            while (k < key.length) {
                if (p < pattern.length && pattern[p] == '*') {
                    starAt = p++;
                    resumeAt = k;
                } else if (p < pattern.length && matchesOne(p, key[k])) {
                    p = next(p);
                    k++;
                } else if (starAt >= 0) {
                    p = starAt + 1;
                    k = ++resumeAt;
                } else {
                    return false;
                }
            }
            while (p < pattern.length && pattern[p] == '*') {
                p++;
            }
            return p == pattern.length;
        }

        private boolean matchesOne(int p, byte c) {
            return switch (pattern[p]) {
                case '?' -> true;
                case '[' -> inClass(p, c);
                case '\\' -> pattern[Math.min(p + 1, pattern.length - 1)] == c;
                default -> pattern[p] == c;
            };
        }

        private boolean inClass(int p, byte c) {
            int at = firstInClass(p);
            boolean not = at == p + 2;
            boolean found = false;
            for (; !classEndsAt(at); at = nextInClass(at)) {
                found |= holds(at, c);
            }
            return found != not;
        }

        /** Behind the bracket at {@code p}, and behind a {@code ^} that follows it. */
        private int firstInClass(int p) {
            return p + 1 < pattern.length && pattern[p + 1] == '^' ? p + 2 : p + 1;
        }

        private boolean classEndsAt(int at) {
            return at >= pattern.length || pattern[at] == ']';
        }

        private int nextInClass(int at) {
            return at + (isEscaped(at) ? 2 : isRange(at) ? 3 : 1);
        }

        private boolean holds(int at, byte c) {
            if (isEscaped(at)) {
                return pattern[at + 1] == c;
            }
            if (isRange(at)) {
                int low = Math.min(pattern[at] & 0xff, pattern[at + 2] & 0xff);
                int high = Math.max(pattern[at] & 0xff, pattern[at + 2] & 0xff);
                return (c & 0xff) >= low && (c & 0xff) <= high;
            }
            return pattern[at] == c;
        }

        private boolean isEscaped(int at) {
            return pattern[at] == '\\' && at + 1 < pattern.length;
        }

        /** The bounds may stand in any order; the upper one may even be the bracket that would close the class. */
        private boolean isRange(int at) {
            return at + 2 < pattern.length && pattern[at + 1] == '-';
        }

        /** Index behind the element that begins at {@code p}. */
        private int next(int p) {
            if (pattern[p] == '\\') {
                return Math.min(p + 2, pattern.length);
            }
            if (pattern[p] != '[') {
                return p + 1;
            }
            int at = firstInClass(p);
            while (!classEndsAt(at)) {
                at = nextInClass(at);
            }
            return Math.min(at + 1, pattern.length);
        }
    }
}
