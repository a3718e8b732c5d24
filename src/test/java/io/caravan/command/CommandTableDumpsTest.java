package io.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The command table against the replies to {@code COMMAND} that were recorded from servers of many versions. */
class CommandTableDumpsTest {

    private static final Path FOLDER = Path.of(System.getProperty("caravan.fixtures", "../shared/fixtures"))
            .resolve("stream");

    private static final String ENDING = ".commands.json";

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");

    /** The last version that has a command which newer ones have not. */
    private static final Map<String, String> LAST = Map.of("STRALGO", "6.2.99");

    /** Only in the stream, or only where it was compiled in. */
    private static final Set<String> SHOWN_BY_NONE = Set.of("SFLUSH");

    /** What of Redis Valkey has taken over: it went its own way from this version on. */
    private static final String LAST_COMMON = "7.2.4";

    @TestFactory
    Stream<DynamicTest> the_table_agrees_with() {
        return dumps("")
                .map(dump -> DynamicTest.dynamicTest(nameOf(dump), () -> {
                    var comparison = new TableComparison();

                    List<String> differences = comparison.differences(read(dump));

                    assertThat(comparison.names()).hasSizeGreaterThan(150);
                    if (nameOf(dump).startsWith("keydb")) { // has writes of its own: they are learned from the source
                        assertThat(differences)
                                .isNotEmpty()
                                .allMatch(difference -> difference.endsWith(" is not in the table"));
                    } else {
                        assertThat(differences).isEmpty();
                    }
                }));
    }

    @Test
    void what_a_server_has_of_its_own_is_learned_from_it() {
        Path keydb = dumps("^(?!keydb)").findFirst().orElseThrow();

        CommandTable learned = CommandTable.standard().with(read(keydb));

        assertThat(learned.all())
                .filteredOn(spec -> spec.knownBy() == KnownBy.SERVER)
                .extracting(CommandSpec::name)
                .contains("EXPIREMEMBER", "KEYDB.HRENAME")
                .doesNotContain("SLAVEOF");
        assertThat(learned.of("EXPIREMEMBER").keys().first(Batches.scanned("EXPIREMEMBER key member 10")))
                .isEqualTo(1);
    }

    @TestFactory
    Stream<DynamicTest> commands_are_there_since_the_version_that_the_table_names() {
        return dumps("keydb|redict")
                .map(dump -> DynamicTest.dynamicTest(nameOf(dump), () -> {
                    var comparison = new TableComparison();
                    comparison.differences(read(dump));
                    Set<String> shown = new TreeSet<>(comparison.names());
                    shown.removeAll(TableComparison.NEVER_IN_A_STREAM.keySet());

                    Set<String> expected = nameOf(dump).contains("valkey")
                            ? namesUpTo(LAST_COMMON, "")
                            : namesUpTo(versionOf(dump), "");

                    if (nameOf(dump).contains("valkey")) {
                        assertThat(shown).containsAll(expected).containsAll(namesUpTo(versionOf(dump), "valkey-"));
                    } else {
                        assertThat(shown).isEqualTo(expected);
                    }
                }));
    }

    private static Set<String> namesUpTo(String version, String product) {
        return CommandTable.standard().all().stream()
                .filter(spec -> spec.since().matches(product + VERSION))
                .filter(spec -> number(spec.since()) <= number(version))
                .map(CommandSpec::name)
                .filter(name -> number(version) <= number(LAST.getOrDefault(name, version)))
                .filter(name -> !SHOWN_BY_NONE.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static long number(String version) {
        Matcher match = VERSION.matcher(version);
        assertThat(match.find()).as(version).isTrue();
        return Long.parseLong(match.group(1)) * 1_000_000
                + Long.parseLong(match.group(2)) * 1_000
                + Long.parseLong(match.group(3));
    }

    private static String versionOf(Path dump) {
        Matcher match = VERSION.matcher(nameOf(dump));
        assertThat(match.find()).as(nameOf(dump)).isTrue();
        return match.group();
    }

    private static String nameOf(Path dump) {
        String name = dump.getFileName().toString();
        return name.substring(0, name.length() - ENDING.length());
    }

    private static Reply read(Path dump) {
        try {
            return Replies.of(new ObjectMapper().readTree(dump.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All dumps but those whose name holds {@code without}. */
    private static Stream<Path> dumps(String without) {
        assumeTrue(
                Files.isDirectory(FOLDER),
                () -> "no dumps in " + FOLDER.toAbsolutePath() + "; name the folder with -Dcaravan.fixtures=…");
        Pattern left = Pattern.compile(without);
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files
                    .filter(file -> file.toString().endsWith(ENDING))
                    .filter(file ->
                            without.isEmpty() || !left.matcher(nameOf(file)).find())
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
