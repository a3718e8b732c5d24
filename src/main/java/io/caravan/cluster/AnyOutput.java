package io.caravan.cluster;

import io.caravan.resp.Reply;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reply of any kind: a {@link String} for a status, {@code byte[]} for a value, {@link Long}, a {@link List} of these, or
 * nothing. Owned by the connection that decodes it.
 */
@SuppressWarnings("NullAway") // Lettuce's base class takes null for "no value yet"
final class AnyOutput extends CommandOutput<byte[], byte[], Object> {

    private final ArrayDeque<List<@Nullable Object>> open = new ArrayDeque<>();
    private final ArrayDeque<Integer> missing = new ArrayDeque<>();

    AnyOutput() {
        super(ByteArrayCodec.INSTANCE, null);
    }

    @Override
    public void set(ByteBuffer bytes) {
        put(bytes == null ? null : ByteArrayCodec.INSTANCE.decodeValue(bytes));
    }

    @Override
    public void setSingle(ByteBuffer bytes) {
        put(bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString());
    }

    @Override
    public void set(long integer) {
        put(integer);
    }

    @Override
    public void set(double number) {
        put(number);
    }

    @Override
    public void set(boolean value) {
        put(value);
    }

    @Override
    public void multi(int count) {
        List<@Nullable Object> list = new ArrayList<>();
        if (count <= 0) {
            put(count < 0 ? null : list);
            return;
        }
        open.push(list);
        missing.push(count);
    }

    /** A reply of any kind as the type that other rooms take. */
    static Reply typed(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return new Reply.Elements(list.stream().map(AnyOutput::typed).toList());
        }
        if (value instanceof byte[] bytes) {
            return new Reply.Bulk(bytes);
        }
        if (value instanceof Long number) {
            return new Reply.Number(number);
        }
        return value == null ? new Reply.Nothing() : new Reply.Status(value.toString());
    }

    private void put(@Nullable Object value) {
        Object complete = value;
        while (!open.isEmpty()) {
            open.element().add(complete);
            int left = missing.pop() - 1;
            if (left > 0) {
                missing.push(left);
                return;
            }
            complete = open.pop();
        }
        output = complete;
    }
}
