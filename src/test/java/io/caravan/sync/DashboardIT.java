package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The dashboard and the alerts ask for meters and labels that a running task has. */
class DashboardIT {

    private static final Path ALERTS = Path.of("config/prometheus/alerts.yml");
    private static final Path DASHBOARD = Path.of("config/grafana/caravan.json");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a query says of a label: the lists of {@code by} and {@code on}, and what stands before a matcher's operator. */
    private static final Pattern LABELS =
            Pattern.compile("\\b(?:by|on) \\(([a-z_, ]+)\\)|[{,]\\s*([a-z_]+)\\s*(?:=~|!~|!=|=)");

    private static final Pattern METERS = Pattern.compile("\\b(?:caravan|jvm)_[a-z_]+");
    private static final Pattern SAMPLE = Pattern.compile("^([a-z_]+)(?:\\{(.*)})? \\S+$", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    private static final Pattern SHOWN = Pattern.compile("\\{\\{ *(?:\\$labels\\.)?([a-z_]+) *}}");

    private final ManagementClient management = new ManagementClient();

    /** A query and the texts in which its result is shown. */
    private record Query(String where, String expression, List<String> texts) {}

    @Test
    void every_query_finds_something() throws Exception {
        RedisServer destination = RedisServer.on(Pair.newer())
                .option("rename-command", "SETRANGE \"\"")
                .start();
        try (Pair pair = Pair.of(RedisServer.start(Pair.older()), destination);
                CaravanProcess caravan = management
                        .managed(CaravanProcess.between(pair))
                        .with("onError", "SKIP")
                        .start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            pair.sourceMasters.get(0).command("SETRANGE", "key", "1", "x");
            Map<String, Set<String>> meters = Await.until(
                    "a refused command is counted",
                    PATIENCE,
                    this::scrape,
                    scraped -> scraped.containsKey("caravan_destination_refused_total"));

            List<Query> queries =
                    Stream.concat(alerts().stream(), panels().stream()).toList();

            assertThat(queries).hasSizeGreaterThan(30);
            for (Query query : queries) {
                assertFinds(query, meters);
            }
        }
    }

    private static void assertFinds(Query query, Map<String, Set<String>> meters) {
        Set<String> asked = METERS.matcher(query.expression())
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
        assertThat(asked).as(query.toString()).isNotEmpty();
        assertThat(meters.keySet()).as(query.toString()).containsAll(asked);
        Set<String> there = new TreeSet<>();
        asked.forEach(meter -> there.addAll(meters.get(meter)));
        assertThat(there).as(query.toString()).containsAll(labelsOf(query));
    }

    private static Set<String> labelsOf(Query query) {
        Set<String> labels = new TreeSet<>();
        LABELS.matcher(query.expression()).results().forEach(found -> {
            String list = found.group(1) == null ? found.group(2) : found.group(1);
            labels.addAll(List.of(list.split(", *")));
        });
        query.texts().forEach(text -> SHOWN.matcher(text).results().forEach(found -> labels.add(found.group(1))));
        return labels;
    }

    /** The names of what is scraped, each with its labels. */
    private Map<String, Set<String>> scrape() {
        Map<String, Set<String>> meters = new HashMap<>();
        String body =
                management.send(management.request("/observe/metrics").build()).body();
        SAMPLE.matcher(body).results().forEach(sample -> {
            Set<String> labels = meters.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2)).results().forEach(label -> labels.add(label.group(1)));
            }
        });
        return meters;
    }

    private static List<Query> alerts() throws IOException {
        Object file = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(ALERTS));
        List<Query> queries = new ArrayList<>();
        for (Object group : list(file, "groups")) {
            for (Object rule : list(group, "rules")) {
                Map<?, ?> alert = (Map<?, ?>) rule;
                Map<?, ?> words = (Map<?, ?>) alert.get("annotations");
                assertThat(((Map<?, ?>) alert.get("labels")).get("severity")).isIn("warning", "critical");
                queries.add(new Query(
                        String.valueOf(alert.get("alert")),
                        String.valueOf(alert.get("expr")),
                        List.of(String.valueOf(words.get("summary")), String.valueOf(words.get("description")))));
            }
        }
        return queries;
    }

    private static List<?> list(Object map, String name) {
        return (List<?>) ((Map<?, ?>) map).get(name);
    }

    private static List<Query> panels() throws IOException {
        JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : dashboard.get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(new Query(
                        panel.get("title").asText(),
                        target.get("expr").asText(),
                        List.of(target.get("legendFormat").asText())));
            }
        }
        return queries;
    }
}
