package io.caravan.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/precheck.md} and the items say the same; the messages are held by the tests with real servers. */
class PrecheckDocTest {

    private static final Set<String> NEVER_WRONG = Set.of("expiry", "snapshot");

    @Test
    void the_table_has_every_item_and_no_other() throws IOException {
        Set<String> documented = Files.readAllLines(Path.of("docs/precheck.md")).stream()
                .filter(line -> line.matches("\\| [^|]+ \\| (failed|warning) \\| .*"))
                .map(line -> line.substring(2, line.indexOf(" | ")))
                .collect(Collectors.toSet());

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Check.values())
                        .map(Check::label)
                        .filter(label -> !NEVER_WRONG.contains(label))
                        .toList());
    }
}
