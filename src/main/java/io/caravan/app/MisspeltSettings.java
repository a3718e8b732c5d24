package io.caravan.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.util.OrderedLocationProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names in the user's configuration that look like a setting and are none: {@code excludekeys} leaves no key out, and nothing else would
 * say so. They are named, and not refused, since a name that no setting has may be a placeholder of the user's own.
 *
 * <p>A name that was looked up, by a route or a bean, or stands in the file of a route, is used and therefore never named. Names that begin with {@code camel.} are
 * left to Camel, which refuses those that it does not know. Set up before the configuration is read; written to the log by the thread of
 * the start when all routes are made and none is started.
 */
final class MisspeltSettings {

    private static final Logger LOG = LoggerFactory.getLogger(MisspeltSettings.class);

    private static final String DEFAULTS = "defaults.properties";
    private static final String OF_CAMEL = "camel.";
    private static final int MOST_CHANGES = 2;

    /** What the application understands and has no default for. */
    private static final Set<String> WITHOUT_DEFAULT =
            Set.of("source", "destination", "caravan.management.user", "caravan.management.password");

    private final CamelContext context;
    private final Set<String> lookedUp = ConcurrentHashMap.newKeySet();

    private MisspeltSettings(CamelContext context) {
        this.context = context;
    }

    /** Begins to watch what is looked up in the configuration of an application. */
    static void watch(CamelContext context) {
        var settings = new MisspeltSettings(context);
        context.getPropertiesComponent()
                .addPropertiesLookupListener((name, value, otherwise, source) -> settings.lookedUp.add(name));
        context.getCamelContextExtension().addContextPlugin(MisspeltSettings.class, settings);
        context.addLifecycleStrategy(LifecycleStrategySupport.adapt(LifecycleStrategySupport.onCamelContextInitialized(
                initialized -> settings.texts().forEach(LOG::warn))));
    }

    /** One line for each name that was not used up to now; none for an application that is not watched. */
    static List<String> in(CamelContext context) {
        MisspeltSettings settings = context.getCamelContextExtension().getContextPlugin(MisspeltSettings.class);
        return settings == null ? List.of() : settings.texts();
    }

    private List<String> texts() {
        Set<String> known = known();
        Properties properties = context.getPropertiesComponent().loadProperties(name -> !known.contains(name));
        return properties.stringPropertyNames().stream()
                .sorted()
                .filter(name -> !name.startsWith(OF_CAMEL) && !lookedUp.contains(name))
                .flatMap(
                        name -> meant(name, known)
                                .filter(meant -> !isInRoute(name))
                                .map(meant -> text(name, meant, properties))
                                .stream())
                .toList();
    }

    /** What a route uses while it runs, or, where routes are only looked at, does not use, is not looked up. */
    private boolean isInRoute(String name) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        var used = Pattern.compile("(\\{\\{\\??|properties(Exist)?:)" + Pattern.quote(name) + "\\b");
        return model != null
                && model.getRouteDefinitions().stream()
                        .map(RouteDefinition::getResource)
                        .filter(Objects::nonNull)
                        .anyMatch(route -> used.matcher(read(route)).find());
    }

    private static String read(Resource route) {
        try (InputStream file = route.getInputStream()) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(route.getLocation() + " cannot be read any more", e);
        }
    }

    private static String text(String name, String meant, Properties properties) {
        String place = properties instanceof OrderedLocationProperties located ? located.getLocation(name) : null;
        return (place == null ? "" : place.replaceFirst("^file:", "") + ": ") + "'" + name
                + "' is no setting and is not used; did you mean '" + meant + "'?";
    }

    /** The names of all settings of the application. */
    static Set<String> known() {
        var defaults = new Properties();
        try (InputStream file = MisspeltSettings.class.getResourceAsStream(DEFAULTS)) {
            defaults.load(Objects.requireNonNull(file, DEFAULTS));
        } catch (IOException e) {
            throw new UncheckedIOException(DEFAULTS + " beside the classes cannot be read", e);
        }
        Set<String> known = new TreeSet<>(defaults.stringPropertyNames());
        known.addAll(WITHOUT_DEFAULT);
        return known;
    }

    /** The setting whose name has the same letters, or all but two of them; the nearest if there are several. */
    static Optional<String> meant(String name, Set<String> known) {
        return known.stream()
                .filter(setting -> changes(name, setting) <= MOST_CHANGES)
                .min(Comparator.<String>comparingInt(setting -> changes(name, setting))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static int changes(String name, String setting) {
        return letters(name).equals(letters(setting)) ? 0 : StartFailure.distance(name, setting);
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
    }
}
