package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value as a server described it ({@code keys.json}): its length whole, of large ones the beginning. Texts are
 * escaped as {@code \xNN}, and cut at 40 bytes.
 */
record ExpectedValue(String key, JsonNode description) {

    private static final Pattern ESCAPE = Pattern.compile("\\\\x([0-9a-f]{2})");
    private static final int CUT = 40;

    /** All keys of one database. */
    static List<ExpectedValue> of(Path keysJson, int database) throws IOException {
        var values = new ArrayList<ExpectedValue>();
        new ObjectMapper()
                .readTree(keysJson.toFile())
                .path("db" + database)
                .properties()
                .forEach(entry -> values.add(new ExpectedValue(unescape(entry.getKey()), entry.getValue())));
        return values;
    }

    String type() {
        return description.get("type").asText();
    }

    boolean hasExpiringFields() {
        return !description.path("field_pexpireat").isEmpty();
    }

    /** Only servers from 7.0 on told when a key expires. */
    void assertExpiresAt(long millis) {
        if (description.path("pexpireat").isNumber()) {
            assertThat(millis).as(key).isEqualTo(description.get("pexpireat").asLong());
        }
    }

    @SuppressWarnings("unchecked")
    void assertIs(Object value) {
        switch (type()) {
            case "string" -> assertString((String) value);
            case "list" -> assertStrings((List<String>) value, true);
            case "set" -> assertStrings((Set<String>) value, false);
            case "hash" -> assertHash((MemoryDestination.Hash) value);
            case "zset" -> assertSortedSet((Map<String, Double>) value);
            case "stream" -> new ExpectedStream(description).assertIs((MemoryStream) value);
            default -> throw new AssertionError("a type that is not compared: " + type());
        }
    }

    private void assertString(String value) {
        assertThat(value).hasSize(length());
        assertThat(sha1(value)).isEqualTo(description.get("sha1").asText());
    }

    private void assertStrings(Collection<String> values, boolean ordered) {
        assertThat(values).hasSize(length());
        List<String> cut = values.stream().map(ExpectedValue::cut).toList();
        List<String> expected = texts(description.get("value"));
        if (ordered) {
            assertThat(cut).startsWith(expected.toArray(String[]::new));
        } else {
            assertThat(cut).containsAll(expected);
        }
    }

    private void assertHash(MemoryDestination.Hash hash) {
        assertThat(hash.fields()).hasSize(length());
        Map<String, String> cut = new HashMap<>();
        hash.fields().forEach((field, value) -> cut.put(cut(field), cut(value)));
        description
                .get("value")
                .properties()
                .forEach(entry -> assertThat(cut)
                        .containsEntry(
                                unescape(entry.getKey()),
                                unescape(entry.getValue().asText())));
        Map<String, Long> expiries = new HashMap<>();
        description
                .path("field_pexpireat")
                .properties()
                .forEach(entry ->
                        expiries.put(unescape(entry.getKey()), entry.getValue().asLong()));
        assertThat(hash.expiries()).isEqualTo(expiries);
    }

    private void assertSortedSet(Map<String, Double> members) {
        assertThat(members).hasSize(length());
        List<String> expected = texts(description.get("value"));
        var order = Comparator.comparing(Map.Entry<String, Double>::getValue).thenComparing(Map.Entry::getKey);
        List<Map.Entry<String, Double>> sorted =
                members.entrySet().stream().sorted(order).toList();
        for (int i = 0; i < expected.size(); i += 2) {
            assertThat(cut(sorted.get(i / 2).getKey())).isEqualTo(expected.get(i));
            assertThat(sorted.get(i / 2).getValue()).isEqualTo(Score.parse(expected.get(i + 1)));
        }
    }

    private int length() {
        return description.get("len").asInt();
    }

    static List<String> texts(JsonNode array) {
        var texts = new ArrayList<String>();
        array.forEach(node -> texts.add(unescape(node.asText())));
        return texts;
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), CUT));
    }

    static String unescape(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    }

    private static String sha1(String value) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(value.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
