package io.caravan.camel;

import io.caravan.command.RedisCommand;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Converter;

/** What a command of a split batch becomes where a route wants a map, a line of text or bytes. */
@Converter(generateLoader = true)
public final class RedisCommandConverter {

    private RedisCommandConverter() {}

    /** The command's parts by name, as text where Redis has bytes; what a JSON of a change event is made from. */
    @Converter
    public static Map<String, Object> toMap(RedisCommand command) {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("name", command.name());
        parts.put("keys", texts(command.keys()));
        List<byte[]> arguments = command.arguments();
        parts.put("arguments", texts(arguments.subList(1, arguments.size())));
        parts.put("database", command.database());
        parts.put("shard", command.origin().shard().name());
        parts.put("phase", command.origin().phase().name());
        parts.put("offset", command.endOffset());
        return parts;
    }

    /** The command as one would type it. */
    @Converter
    public static String toText(RedisCommand command) {
        return command.toString();
    }

    /** The command as the bytes that a server reads. */
    @Converter
    public static byte[] toBytes(RedisCommand command) {
        return command.toByteArray();
    }

    private static List<String> texts(List<byte[]> values) {
        return values.stream()
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .toList();
    }
}
