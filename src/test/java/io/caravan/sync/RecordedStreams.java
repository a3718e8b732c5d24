package io.caravan.sync;

import io.caravan.resp.Typed;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What servers of 20 versions sent to a replica, read from {@code recorded-streams.txt}, where the notation is explained. */
public final class RecordedStreams {

    private static final Pattern MOMENT = Pattern.compile("<\\+(\\d+)>");

    /** What was recorded of one scenario. */
    public record Scenario(String name, Optional<String> needs, List<String> before, List<Recording> recordings) {

        /** What servers of that version sent, unless they sent nothing. */
        Optional<Recording> of(String version) {
            return recordings.stream()
                    .filter(recording -> recording.versions().contains(version))
                    .findFirst();
        }
    }

    /**
     * What some versions sent alike.
     *
     * @param means what the client had run
     * @param leftOut why it is not compared; empty if it is
     */
    public record Recording(Set<String> versions, List<String> means, List<String> stream, Optional<String> leftOut) {}

    private final List<Scenario> scenarios = new ArrayList<>();

    private RecordedStreams() {}

    public static RecordedStreams load() throws IOException {
        var recorded = new RecordedStreams();
        try (var lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(RecordedStreams.class.getResourceAsStream("recorded-streams.txt")),
                StandardCharsets.UTF_8))) {
            List<String> block = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("== ") && !block.isEmpty()) {
                    recorded.scenarios.add(scenario(block));
                    block.clear();
                }
                if (!line.isBlank() && !line.startsWith("#")) {
                    block.add(line);
                }
            }
            recorded.scenarios.add(scenario(block));
        }
        return recorded;
    }

    /** In the order in which they have to be played. */
    public List<Scenario> scenarios() {
        return scenarios;
    }

    /** Every version that something was recorded of, in the order of the recording. */
    Set<String> versions() {
        Set<String> versions = new LinkedHashSet<>();
        scenarios.forEach(
                scenario -> scenario.recordings().forEach(recording -> versions.addAll(recording.versions())));
        return versions;
    }

    private static Scenario scenario(List<String> block) {
        Optional<String> needs = Optional.empty();
        List<String> before = new ArrayList<>();
        List<String> means = new ArrayList<>();
        List<Recording> recordings = new ArrayList<>();
        for (String line : block.subList(1, block.size())) {
            if (line.startsWith("[")) {
                recordings.add(new Recording(
                        Set.of(line.substring(1, line.length() - 1).split(" ")),
                        new ArrayList<>(means),
                        new ArrayList<>(),
                        Optional.empty()));
            } else if (line.startsWith("needs ")) {
                needs = Optional.of(line.substring("needs ".length()));
            } else if (line.startsWith("before ")) {
                before.add(line.substring("before ".length()));
            } else if (line.startsWith("means ") && recordings.isEmpty()) {
                means.add(line.substring("means ".length()));
            } else {
                int last = recordings.size() - 1;
                recordings.set(last, with(recordings.get(last), line));
            }
        }
        return new Scenario(block.get(0).substring(3), needs, before, recordings);
    }

    private static Recording with(Recording recording, String line) {
        if (line.startsWith("means ")) {
            recording.means().add(line.substring("means ".length()));
        } else if (line.startsWith("> ")) {
            recording.stream().add(line.substring("> ".length()));
        } else if (line.startsWith("left out: ")) {
            String reason = line.substring("left out: ".length());
            return new Recording(recording.versions(), recording.means(), recording.stream(), Optional.of(reason));
        } else {
            throw new IllegalStateException("recorded-streams.txt: what is '" + line + "'?");
        }
        return recording;
    }

    /** The arguments of a command in the notation of the file, with moments that count from {@code now}. */
    public static List<byte[]> arguments(String command, long now) {
        List<byte[]> arguments = new ArrayList<>();
        int at = 0;
        while (at < command.length()) {
            if (command.charAt(at) == '"') {
                int end = endOfQuoted(command, at + 1);
                arguments.add(unquoted(command.substring(at + 1, end)));
                at = end + 2;
            } else {
                int blank = command.indexOf(' ', at);
                int end = blank < 0 ? command.length() : blank;
                arguments.add(plain(command.substring(at, end), now));
                at = end + 1;
            }
        }
        return arguments;
    }

    private static byte[] plain(String word, long now) {
        Matcher moment = MOMENT.matcher(word);
        return Typed.bytes(moment.matches() ? Long.toString(now + Long.parseLong(moment.group(1))) : word);
    }

    private static int endOfQuoted(String command, int from) {
        int at = from;
        while (command.charAt(at) != '"') {
            at += command.charAt(at) == '\\' ? 2 : 1;
        }
        return at;
    }

    /** {@code \n}, {@code \"}, {@code \\} and {@code \x7f}. */
    private static byte[] unquoted(String text) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                bytes.write(c);
            } else if (text.charAt(++i) == 'x') {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(text.charAt(i) == 'n' ? '\n' : text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
