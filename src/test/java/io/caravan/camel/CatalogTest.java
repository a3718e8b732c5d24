package io.caravan.camel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PropertyBindingSupport;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.JsonMapper;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What the shipped routes, settings and pages say to the endpoints is what the endpoints understand. */
class CatalogTest {

    private static final List<String> SCHEMES = List.of("redis-replication", "redis-cluster");
    private static final Set<String> CAMELS_OWN =
            Set.of("bridgeErrorHandler", "exceptionHandler", "exchangePattern", "lazyStartProducer");
    private static final Pattern URI = Pattern.compile("[\"'](redis-(?:replication|cluster):[^\"']+)[\"']");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```(\\w+)\\s*$\\n(.*?)^```\\s*$");

    private final CamelCatalog catalog = catalog();

    /** An endpoint as a file writes it. */
    private record Written(String place, String scheme, Map<String, String> options) {}

    @TestFactory
    Stream<DynamicTest> every_endpoint_of_the_shipped_routes_is_valid() throws IOException {
        return files("routes", ".yaml")
                .flatMap(file -> endpointsOfYaml(file.toString(), text(file)).stream())
                .map(this::isValid);
    }

    @TestFactory
    Stream<DynamicTest> every_bean_of_the_shipped_routes_can_be_made() throws IOException {
        return files("routes", ".yaml")
                .flatMap(file -> beansOf(text(file)).stream()
                        .map(bean -> DynamicTest.dynamicTest(file + " " + bean.get("type"), () -> makeBean(bean))));
    }

    @TestFactory
    Stream<DynamicTest> every_endpoint_in_the_code_of_the_pages_is_valid() throws IOException {
        return pages().flatMap(page -> endpointsOfPage(page).stream()).map(this::isValid);
    }

    @TestFactory
    Stream<DynamicTest> every_camel_setting_that_is_shipped_is_valid() throws IOException {
        Stream<Path> shipped = Stream.concat(
                files("config", ".properties"), files("src/main/resources/io/caravan/app", "defaults.properties"));
        return shipped.flatMap(file -> settingsOf(text(file)).stream()
                .map(setting -> DynamicTest.dynamicTest(
                        file + " " + setting,
                        () -> assertThat(catalog.validateConfigurationProperty(setting)
                                        .isSuccess())
                                .as(
                                        "%s: %s",
                                        setting,
                                        catalog.validateConfigurationProperty(setting)
                                                .summaryErrorMessage(false))
                                .isTrue())));
    }

    @Test
    void the_routes_that_are_shipped_lead_from_a_source_to_a_destination() throws IOException {
        List<String> schemes = files("routes", ".yaml")
                .flatMap(file -> endpointsOfYaml(file.toString(), text(file)).stream())
                .map(Written::scheme)
                .toList();

        assertThat(schemes).containsAll(SCHEMES);
    }

    @TestFactory
    Stream<DynamicTest> every_option_and_header_is_explained() {
        String page = text(Path.of("docs/configuration.md"));
        return SCHEMES.stream()
                .flatMap(scheme -> documented(scheme)
                        .map(name -> DynamicTest.dynamicTest(
                                scheme + " " + name, () -> assertThat(page).contains("| `" + name + "` |"))));
    }

    /** The options and headers that are ours: Camel's own have Camel's page. */
    private static Stream<String> documented(String scheme) {
        var model = JsonMapper.generateComponentModel(schema(scheme));
        Stream<String> options = model.getEndpointParameterOptions().stream()
                .map(BaseOptionModel::getName)
                .filter(name -> !CAMELS_OWN.contains(name));
        return Stream.concat(options, model.getEndpointHeaders().stream().map(BaseOptionModel::getName));
    }

    @Test
    void an_option_that_does_not_exist_would_be_found() {
        List<Written> written = endpointsOfYaml("test", """
                - from:
                    uri: redis-replication
                    parameters:
                      nodes: "{{source}}"
                      maxBatchComands: 10
                """);

        assertThat(validate(written.get(0)).getUnknown()).containsExactly("maxBatchComands");
    }

    @Test
    void a_value_of_another_kind_would_be_found() {
        assertThat(catalog.validateEndpointProperties("redis-cluster:a:1?onError=ignore")
                        .getInvalidEnum())
                .containsKey("onError");
        assertThat(catalog.validateEndpointProperties("redis-replication:a:1?maxBatchCommands=many")
                        .getInvalidInteger())
                .containsKey("maxBatchCommands");
    }

    @Test
    void an_endpoint_in_a_page_would_be_found() {
        String page = "Text with `redis-cluster:` in it.\n\n```java\nfrom(\"redis-replication:a:1?taskk=x\")\n```\n";

        assertThat(endpointsOf("page", page)).singleElement().satisfies(written -> {
            assertThat(written.options()).containsEntry("taskk", "x");
            assertThat(validate(written).isSuccess()).isFalse();
        });
    }

    private DynamicTest isValid(Written written) {
        return DynamicTest.dynamicTest(written.place() + " " + written.scheme(), () -> {
            EndpointValidationResult result = validate(written);
            assertThat(result.isSuccess())
                    .as("%s: %s", written, result.summaryErrorMessage(false))
                    .isTrue();
        });
    }

    private EndpointValidationResult validate(Written written) {
        try {
            return catalog.validateEndpointProperties(
                    catalog.asEndpointUri(written.scheme(), written.options(), false));
        } catch (Exception e) {
            throw new AssertionError(written.toString(), e);
        }
    }

    private static CamelCatalog catalog() {
        var catalog = new DefaultCamelCatalog();
        catalog.addComponent(
                "redis-replication", RedisReplicationComponent.class.getName(), schema("redis-replication"));
        catalog.addComponent("redis-cluster", RedisClusterComponent.class.getName(), schema("redis-cluster"));
        return catalog;
    }

    private static String schema(String scheme) {
        String resource = "/META-INF/io/caravan/camel/" + scheme + ".json";
        try (InputStream in = CatalogTest.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(in, resource).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // YAML: every map that has a 'uri'.

    private List<Written> endpointsOfYaml(String place, String yaml) {
        var found = new ArrayList<Written>();
        collectEndpoints(place, load(yaml), found);
        return found;
    }

    private void collectEndpoints(String place, Object node, List<Written> found) {
        if (node instanceof List<?> list) {
            list.forEach(element -> collectEndpoints(place, element, found));
        } else if (node instanceof Map<?, ?> map) {
            if (map.get("uri") instanceof String uri && SCHEMES.contains(schemeOf(uri))) {
                found.add(written(place, uri, map.get("parameters")));
            }
            map.forEach((key, value) -> {
                if (value instanceof String uri
                        && ("to".equals(key) || "from".equals(key))
                        && SCHEMES.contains(schemeOf(uri))) {
                    found.add(written(place, uri, null));
                }
                collectEndpoints(place, value, found);
            });
        }
    }

    private Written written(String place, String uri, Object parameters) {
        var options = new TreeMap<String, String>();
        if (uri.indexOf(':') >= 0) {
            options.putAll(properties(uri));
        }
        if (parameters instanceof Map<?, ?> map) {
            map.forEach((key, value) -> options.put(String.valueOf(key), String.valueOf(value)));
        }
        return new Written(place, schemeOf(uri), options);
    }

    private Map<String, String> properties(String uri) {
        try {
            return catalog.endpointProperties(uri);
        } catch (Exception e) {
            throw new AssertionError(uri, e);
        }
    }

    private static List<Map<?, ?>> beansOf(String yaml) {
        var beans = new ArrayList<Map<?, ?>>();
        for (Object part : (List<?>) load(yaml)) {
            if (part instanceof Map<?, ?> map && map.get("beans") instanceof List<?> list) {
                list.forEach(bean -> beans.add((Map<?, ?>) bean));
            }
        }
        return beans;
    }

    /** Every property has a setter; placeholders stand for an empty text, which every property takes or refuses by name. */
    private static void makeBean(Map<?, ?> description) throws Exception {
        Object bean =
                Class.forName((String) description.get("type")).getConstructor().newInstance();
        var properties = new TreeMap<String, Object>();
        if (description.get("properties") instanceof Map<?, ?> map) {
            map.keySet().forEach(name -> properties.put((String) name, ""));
        }
        try (var context = new DefaultCamelContext()) {
            for (String name : properties.keySet()) {
                var one = new TreeMap<String, Object>(Map.of(name, ""));
                try {
                    PropertyBindingSupport.build().withMandatory(true).bind(context, bean, one);
                } catch (org.apache.camel.PropertyBindingException e) {
                    assertThat(e).as(name).hasRootCauseInstanceOf(IllegalArgumentException.class);
                }
            }
        }
    }

    private static Object load(String yaml) {
        return new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }

    // Pages: endpoints in blocks of code.

    private List<Written> endpointsOfPage(Path page) {
        return endpointsOf(page.toString(), text(page));
    }

    private List<Written> endpointsOf(String place, String page) {
        var found = new ArrayList<Written>();
        Matcher block = CODE_BLOCK.matcher(page);
        while (block.find()) {
            if (block.group(1).equals("yaml")) {
                found.addAll(endpointsOfYaml(place, block.group(2)));
            } else {
                Matcher uri = URI.matcher(block.group(2));
                while (uri.find()) {
                    found.add(written(place, uri.group(1), null));
                }
            }
        }
        return found;
    }

    private static Stream<Path> pages() throws IOException {
        return Stream.concat(files(".", "README.md"), files("docs", ".md"));
    }

    private static List<String> settingsOf(String properties) {
        var settings = new Properties();
        try {
            settings.load(new StringReader(properties));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return settings.stringPropertyNames().stream()
                .filter(name -> name.startsWith("camel."))
                .sorted()
                .map(name -> name + "=" + settings.getProperty(name))
                .toList();
    }

    private static Stream<Path> files(String folder, String ending) throws IOException {
        Path path = Path.of(folder);
        if (!Files.isDirectory(path)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(path, folder.equals(".") ? 1 : 5)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
        }
    }

    private static String schemeOf(String uri) {
        int colon = uri.indexOf(':');
        return colon < 0 ? uri : uri.substring(0, colon);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
