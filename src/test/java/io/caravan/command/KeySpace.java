package io.caravan.command;

import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import io.caravan.resp.Typed;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a database for the keys of one test: their names begin with its hash tag, so that many tests share a server, and the
 * keys of one a slot.
 */
public final class KeySpace {

    private final byte[] tag;

    public KeySpace(int number) {
        tag = Typed.bytes("{" + number + "}");
    }

    /** The command with its keys, as the command table finds them, moved into this space. */
    public List<byte[]> of(List<byte[]> command) {
        byte[] bytes =
                new RespWriter(64).command(command.toArray(new byte[0][])).toByteArray();
        var scanner = new CommandScanner();
        scanner.scan(bytes, 0, bytes.length);
        List<byte[]> moved = new ArrayList<>(command);
        CommandTable.standard().of(scanner).keys().visit(scanner, i -> moved.set(i, Typed.join(tag, command.get(i))));
        return moved;
    }

    /** As {@link #of(List)}, for a command as one would type it. */
    public List<byte[]> of(String line) {
        List<byte[]> words = new ArrayList<>();
        for (String word : line.trim().split(" ")) {
            words.add(Typed.bytes(word));
        }
        return of(words);
    }
}
