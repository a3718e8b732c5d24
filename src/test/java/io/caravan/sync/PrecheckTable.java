package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.precheck.Finding;
import io.caravan.precheck.PrecheckItem;
import io.caravan.precheck.PrecheckReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The table of {@code docs/precheck.md}: item, outcome, message with {@code …} for what differs, remedy. */
final class PrecheckTable {

    private static final int COLUMNS = 4;
    private static final List<Row> ROWS = read();

    private record Row(String item, String outcome, Pattern message) {}

    private PrecheckTable() {}

    /** Fails if a finding of the report is not quoted there. */
    static void assertQuotes(PrecheckReport report) {
        for (PrecheckItem item : report.items()) {
            for (Finding finding : item.findings()) {
                assertThat(ROWS.stream().anyMatch(row -> quotes(row, item.name(), finding)))
                        .as("docs/precheck.md quotes: | %s | %s | %s", item.name(), finding.outcome(), finding.cause())
                        .isTrue();
            }
        }
    }

    private static boolean quotes(Row row, String item, Finding finding) {
        return row.item().equals(item)
                && row.outcome().equals(finding.outcome().toString())
                && row.message().matcher(finding.cause()).matches();
    }

    private static List<Row> read() {
        try {
            return Files.readAllLines(Path.of("docs/precheck.md")).stream()
                    .filter(line -> line.startsWith("| "))
                    .map(line -> Arrays.stream(line.substring(2).split(" \\| ")).toList())
                    .filter(columns -> columns.size() == COLUMNS)
                    .map(columns -> new Row(columns.get(0), columns.get(1), pattern(columns.get(2))))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Pattern pattern(String quoted) {
        return Pattern.compile(Arrays.stream(quoted.replace("`", "").split("…", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*")));
    }
}
