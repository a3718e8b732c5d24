package io.caravan.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.jspecify.annotations.Nullable;

/** Puts an exception that ended the start into the words that matter: what, where in which file, and what to do. */
final class StartFailure {

    /** Camel shows the step at which a route could not be made. */
    private static final Pattern STEP = Pattern.compile("at: >>> (.*?) <<< in route");

    private static final Pattern UNKNOWN_BEAN = Pattern.compile("No bean could be found in the registry for: (\\S+)");
    private static final Pattern UNKNOWN_OPTION = Pattern.compile("Unknown parameters=\\[\\{(\\w+)=");
    private static final Pattern ENDPOINT = Pattern.compile("(redis-replication|redis-cluster):");

    private final String text;
    private final @Nullable CamelContext context;

    private StartFailure(String text, @Nullable CamelContext context) {
        this.text = text;
        this.context = context;
    }

    /** The messages of the exception and its causes, outermost first, each once, with the place and a remedy. */
    static String explain(Throwable failure, @Nullable CamelContext context) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && messages.stream().noneMatch(earlier -> earlier.contains(message))) {
                messages.add(message);
            }
        }
        if (messages.isEmpty()) {
            messages.add(failure.toString());
        }
        String text = String.join(System.lineSeparator() + "  because: ", messages);
        var known = new StartFailure(text, context);
        return "Caravan did not start: " + text
                + known.place()
                        .map(place -> System.lineSeparator() + "  at: " + place)
                        .orElse("")
                + known.remedy()
                        .map(remedy -> System.lineSeparator() + "  remedy: " + remedy)
                        .orElse("")
                + known.misspelt();
    }

    /** File and line of the step that Camel names. */
    private Optional<String> place() {
        Matcher step = STEP.matcher(text);
        Model model =
                context == null ? null : context.getCamelContextExtension().getContextPlugin(Model.class);
        if (model == null || !step.find()) {
            return Optional.empty();
        }
        for (RouteDefinition route : model.getRouteDefinitions()) {
            for (ProcessorDefinition<?> definition :
                    ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
                if (definition.toString().equalsIgnoreCase(step.group(1))) {
                    return Optional.of(definition.getLocation() + ":" + definition.getLineNumber());
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> remedy() {
        Matcher bean = UNKNOWN_BEAN.matcher(text);
        if (bean.find()) {
            return Optional.of(
                    "declare the bean '" + bean.group(1) + "' under beans: of a file in routes/, or name one that"
                            + " is declared: " + String.join(", ", beans()));
        }
        Matcher option = UNKNOWN_OPTION.matcher(text);
        if (option.find()) {
            return Optional.of("take the option '" + option.group(1) + "' out, or name one that the endpoint has"
                    + nearest(option.group(1))
                            .map(name -> "; did you mean '" + name + "'?")
                            .orElse(""));
        }
        return Optional.empty();
    }

    /** What the missing setting may have been called instead. */
    private String misspelt() {
        try {
            return context == null
                    ? ""
                    : MisspeltSettings.in(context).stream()
                            .map(line -> System.lineSeparator() + "  see also: " + line)
                            .collect(Collectors.joining());
        } catch (RuntimeException e) {
            return ""; // a configuration that cannot be read is the failure, and told already
        }
    }

    private List<String> beans() {
        return context == null
                ? List.of()
                : context.getRegistry().findByTypeWithName(Processor.class).keySet().stream()
                        .sorted()
                        .toList();
    }

    /** The option of the endpoint's component whose name is most like {@code name}. */
    private Optional<String> nearest(String name) {
        Matcher endpoint = ENDPOINT.matcher(text);
        if (context == null || !endpoint.find()) {
            return Optional.empty();
        }
        return context.getCamelContextExtension().getEndpointUriFactory(endpoint.group(1)).propertyNames().stream()
                .min((a, b) -> Integer.compare(distance(a, name), distance(b, name)))
                .filter(found -> distance(found, name) <= name.length() / 2);
    }

    /** How many letters have to be changed, put in or taken out to get from one word to the other (Levenshtein). */
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            row[column] = column;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int column = 1; column <= to.length(); column++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(change, Math.min(row[column], row[column - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
