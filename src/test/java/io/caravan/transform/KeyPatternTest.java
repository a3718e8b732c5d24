package io.caravan.transform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPatternTest {

    @ParameterizedTest
    @CsvSource({
        "h?llo, hello, true",
        "h?llo, hllo, false",
        "h*llo, hllo, true",
        "h*llo, heeeello, true",
        "h[ae]llo, hallo, true",
        "h[ae]llo, hillo, false",
        "h[^e]llo, hallo, true",
        "h[^e]llo, hello, false",
        "h[a-c]llo, hbllo, true",
        "h[a-c]llo, hdllo, false",
        "h[c-a]llo, hbllo, true", // the bounds of a range may stand in any order
        "h[a\\]c]llo, h]llo, true",
        "h\\*llo, h*llo, true",
        "h\\*llo, hello, false",
        "*, '', true",
        "?, '', false",
        "'', '', true",
        "'', a, false",
        "user:*:name, user:1:2:name, true",
        "user:*:name, user:1:names, false",
        "a**b, ab, true",
        "[, [, false",
        "[a, a, true", // a class that is not closed ends with the pattern
        "a\\, a\\, true", // a backslash at the end stands for itself
        "[a-]x], bx], false",
    })
    void a_glob_means_what_it_means_to_redis(String glob, String key, boolean matches) {
        assertThat(KeyPattern.parse(glob).matches(bytes(key))).isEqualTo(matches);
        if (!key.isEmpty()) {
            assertThat(stringmatchlen(bytes(glob), bytes(key))).as("Redis").isEqualTo(matches);
        }
    }

    @RepeatedTest(20)
    void any_glob_matches_what_the_function_of_redis_matches(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            String glob = random(random, "abc*?[]^-\\", 8);
            String key = "a" + random(random, "abc]-^", 6);

            boolean matches = KeyPattern.parse("glob:" + glob).matches(bytes(key));

            assertThat(matches)
                    .as("seed %d: glob %s, key %s", seed, glob, key)
                    .isEqualTo(stringmatchlen(bytes(glob), bytes(key)));
        }
    }

    @Test
    @Timeout(5)
    void a_glob_of_many_stars_does_not_take_for_ever() {
        assertThat(KeyPattern.parse("a*".repeat(30) + "b").matches(bytes("a".repeat(5000))))
                .isFalse();
    }

    @Test
    void a_prefix_is_compared_as_it_is() {
        KeyPattern pattern = KeyPattern.parse("prefix:user:[*");

        assertThat(pattern.matches(bytes("user:[*1"))).isTrue();
        assertThat(pattern.matches(bytes("user:[*"))).isTrue();
        assertThat(pattern.matches(bytes("user:["))).isFalse();
        assertThat(pattern.matches(bytes("user:x1"))).isFalse();
    }

    @Test
    void a_regular_expression_is_found_anywhere_unless_it_is_anchored() {
        assertThat(KeyPattern.parse("regex:[0-9]+").matches(bytes("user:42:name")))
                .isTrue();
        assertThat(KeyPattern.parse("regex:^[0-9]+$").matches(bytes("user:42"))).isFalse();
        assertThat(KeyPattern.parse("regex:a.b").matches(bytes("a\nb"))).isTrue();
    }

    @Test
    void what_is_no_regular_expression_is_quoted() {
        assertThatThrownBy(() -> KeyPattern.parse("regex:user:(["))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'user:([' is no regular expression: ");
    }

    @Test
    void a_pattern_without_a_kind_is_a_glob() {
        assertThat(KeyPattern.parse("user:*").matches(bytes("user:1"))).isTrue();
        assertThat(KeyPattern.parse("glob:user:*").matches(bytes("user:1"))).isTrue();
        assertThat(KeyPattern.parse("user:*").matches(bytes("xuser:1"))).isFalse();
    }

    private static String random(Random random, String alphabet, int longest) {
        var text = new StringBuilder();
        for (int length = random.nextInt(longest + 1); length > 0; length--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** Redis {@code util.c}, {@code stringmatchlen_impl}, without {@code nocase}; for a key that is not empty. */
    private static boolean stringmatchlen(byte[] pattern, byte[] string) {
        return matches(pattern, 0, string, 0);
    }

    private static boolean matches(byte[] pattern, int patternFrom, byte[] string, int stringFrom) {
        int p = patternFrom;
        int s = stringFrom;
        while (p < pattern.length && s < string.length) {
            switch (pattern[p]) {
                case '*' -> {
                    while (p + 1 < pattern.length && pattern[p + 1] == '*') {
                        p++;
                    }
                    if (p + 1 == pattern.length) {
                        return true;
                    }
                    for (; s < string.length; s++) {
                        if (matches(pattern, p + 1, string, s)) {
                            return true;
                        }
                    }
                    return false;
                }
                case '?' -> s++;
                case '[' -> {
                    p++;
                    boolean not = p < pattern.length && pattern[p] == '^';
                    p += not ? 1 : 0;
                    boolean match = false;
                    while (true) {
                        if (pattern.length - p >= 2 && pattern[p] == '\\') {
                            p++;
                            match |= pattern[p] == string[s];
                        } else if (p == pattern.length) {
                            p--;
                            break;
                        } else if (pattern[p] == ']') {
                            break;
                        } else if (pattern.length - p >= 3 && pattern[p + 1] == '-') {
                            int start = Math.min(pattern[p], pattern[p + 2]);
                            int end = Math.max(pattern[p], pattern[p + 2]);
                            p += 2;
                            match |= string[s] >= start && string[s] <= end;
                        } else {
                            match |= pattern[p] == string[s];
                        }
                        p++;
                    }
                    if (match == not) {
                        return false;
                    }
                    s++;
                }
                default -> {
                    if (pattern[p] == '\\' && pattern.length - p >= 2) {
                        p++;
                    }
                    if (pattern[p] != string[s]) {
                        return false;
                    }
                    s++;
                }
            }
            p++;
            if (s == string.length) {
                while (p < pattern.length && pattern[p] == '*') {
                    p++;
                }
                break;
            }
        }
        return p == pattern.length && s == string.length;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
