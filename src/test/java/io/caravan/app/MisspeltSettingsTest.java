package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MisspeltSettingsTest {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([A-Za-z.]+)}}");
    private static final Pattern NAME = Pattern.compile("`([A-Za-z.]+)`");

    private final Set<String> known = MisspeltSettings.known();

    @ParameterizedTest
    @CsvSource({
        "excludekeys, excludeKeys",
        "exclude-keys, excludeKeys",
        "EXCLUDE_KEYS, excludeKeys",
        "excludeKey, excludeKeys",
        "includKeys, includeKeys",
        "conflictmode, conflictMode",
        "conflcitMode, conflictMode",
        "sourcePassword, source.password",
        "destinaton, destination",
        "caravan.managment.token, caravan.management.token",
        "caravan.management.pasword, caravan.management.password"
    })
    void a_name_that_resembles_a_setting(String name, String meant) {
        assertThat(MisspeltSettings.meant(name, known)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alarm.address", "kafka.brokers", "excludedTenants", "url", "retention"})
    void a_name_of_the_users_own(String name) {
        assertThat(MisspeltSettings.meant(name, known)).isEmpty();
    }

    @Test
    void every_setting_of_the_documentation_is_known() throws IOException {
        List<String> table = Files.readAllLines(Path.of("docs/configuration.md")).stream()
                .dropWhile(line -> !line.startsWith("| setting |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|")[1])
                .filter(names -> !names.contains("camel."))
                .toList();
        Set<String> documented = new TreeSet<>();
        table.forEach(names -> NAME.matcher(names).results().forEach(name -> documented.add(name.group(1))));

        assertThat(documented).contains("source", "verifyRepair", "caravan.management.password");
        assertThat(known).containsAll(documented);
    }

    @Test
    void every_placeholder_of_the_shipped_routes_is_known() throws IOException {
        List<String> placeholders = new ArrayList<>();
        try (Stream<Path> routes = Files.list(Path.of("routes"))) {
            for (Path route : routes.toList()) {
                Matcher found = PLACEHOLDER.matcher(Files.readString(route));
                while (found.find()) {
                    placeholders.add(found.group(1));
                }
            }
        }

        assertThat(placeholders).contains("excludeKeys");
        assertThat(known).containsAll(placeholders);
    }
}
