package io.caravan.rdb;

import io.caravan.resp.CommandScanner;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps commands as lists of arguments in ISO 8859-1, after checking that each is one complete command. */
final class RecordedCommands implements ValueCommands {

    private final List<List<String>> commands = new ArrayList<>();
    private final ByteArrayOutputStream large = new ByteArrayOutputStream();
    private long announced;
    private int largeCommands;

    @Override
    public void command(byte[] bytes, int length) {
        var scanner = new CommandScanner();
        if (!scanner.scan(bytes, 0, length) || scanner.end() != length) {
            throw new AssertionError(length + " bytes are not one command: "
                    + new String(bytes, 0, Math.min(length, 200), StandardCharsets.ISO_8859_1));
        }
        var arguments = new ArrayList<String>();
        for (int i = 0; i < scanner.count(); i++) {
            arguments.add(new String(bytes, scanner.start(i), scanner.length(i), StandardCharsets.ISO_8859_1));
        }
        commands.add(arguments);
    }

    @Override
    public void beginLarge(byte[] key, long length) {
        announced = length;
        large.reset();
        largeCommands++;
    }

    @Override
    public void part(byte[] bytes, int from, int length) {
        large.write(bytes, from, length);
    }

    @Override
    public void endLarge() {
        if (large.size() != announced) {
            throw new AssertionError(announced + " bytes were announced, " + large.size() + " came");
        }
        command(large.toByteArray(), large.size());
    }

    List<List<String>> commands() {
        return commands;
    }

    /** Each command as a line, its arguments with spaces between. */
    List<String> lines() {
        return commands.stream().map(arguments -> String.join(" ", arguments)).toList();
    }

    /** How many commands came in pieces. */
    int largeCommands() {
        return largeCommands;
    }
}
