package io.caravan.camel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command that another flow sends to {@code redis-cluster:}, as a list, an array or a line of text.
 */
final class SingleCommand {

    private SingleCommand() {}

    /**
     * Name and arguments of the command that {@code body} stands for.
     *
     * @throws IllegalArgumentException if it stands for none; the message says which bodies do
     */
    static List<byte[]> of(@Nullable Object body) {
        List<byte[]> arguments;
        if (body instanceof Object[] parts) { // byte[][] too
            arguments = Arrays.stream(parts).map(SingleCommand::argument).toList();
        } else if (body instanceof List<?> parts) {
            arguments = parts.stream().map(SingleCommand::argument).toList();
        } else if (body instanceof String line) {
            arguments = ofLine(line);
        } else {
            throw new IllegalArgumentException(
                    "redis-cluster: takes a CommandBatch or RedisCommand of redis-replication:,"
                            + " or one command as List, String[], byte[][] or String, not "
                            + (body == null
                                    ? "an empty body"
                                    : "a " + body.getClass().getName()));
        }
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("redis-cluster: was given a command without a name");
        }
        return arguments;
    }

    private static byte[] argument(@Nullable Object part) {
        if (part instanceof byte[] bytes) {
            return bytes;
        }
        if (part == null) {
            throw new IllegalArgumentException("redis-cluster: was given a command with a null argument");
        }
        return part.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Arguments are separated by blanks; quotes hold blanks together, a backslash takes the next character as it is. */
    private static List<byte[]> ofLine(String line) {
        List<byte[]> arguments = new ArrayList<>();
        var argument = new StringBuilder();
        boolean open = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                argument.append(line.charAt(++i));
                open = true;
            } else if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                open = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (open) {
                    arguments.add(argument.toString().getBytes(StandardCharsets.UTF_8));
                    argument.setLength(0);
                    open = false;
                }
            } else {
                argument.append(c);
                open = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("redis-cluster: was given a command with an open quote: " + line);
        }
        if (open) {
            arguments.add(argument.toString().getBytes(StandardCharsets.UTF_8));
        }
        return arguments;
    }
}
