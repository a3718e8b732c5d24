package io.caravan.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.verify.Difference.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VerifyReportTest {

    @Test
    void a_kind_of_which_there_are_few_is_not_crowded_out() {
        List<Difference> found = new ArrayList<>(of(Kind.VALUE, 90).toList());
        found.addAll(of(Kind.MISSING, 2).toList());
        found.addAll(of(Kind.EXTRA, 8).toList());

        List<String> lines = report(found).text().lines().toList();

        assertThat(lines).hasSize(22);
        assertThat(lines.get(0)).startsWith("DIFFERENT: 100 of 500 keys compared");
        assertThat(lines.subList(1, 3)).containsExactly("  MISSING MISSING-0: why", "  MISSING MISSING-1: why");
        assertThat(lines.subList(3, 11)).allMatch(line -> line.startsWith("  EXTRA "));
        assertThat(lines.subList(11, 21)).allMatch(line -> line.startsWith("  VALUE "));
        assertThat(lines.get(21)).isEqualTo("  … and 80 more");
    }

    @Test
    void few_are_all_shown() {
        assertThat(report(of(Kind.TYPE, 2).toList()).text().lines())
                .containsExactly(
                        "DIFFERENT: 2 of 500 keys compared in 0.0 s", "  TYPE TYPE-0: why", "  TYPE TYPE-1: why");
    }

    private static Stream<Difference> of(Kind kind, int count) {
        return IntStream.range(0, count).mapToObj(i -> new Difference(kind + "-" + i, 0, kind, "why"));
    }

    private static VerifyReport report(List<Difference> differences) {
        return new VerifyReport(
                VerifySettings.Mode.FULL,
                Instant.EPOCH,
                Duration.ZERO,
                500,
                500,
                500,
                differences.size(),
                differences,
                0,
                0,
                0,
                List.of());
    }
}
