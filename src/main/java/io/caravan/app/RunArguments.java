package io.caravan.app;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.camel.main.Main;

/**
 * The arguments that are handed on to Camel Main, looked at before anything is started: what Camel Main does not understand it writes
 * down, and ends with exit code 0, so that a script would take a mistyped {@code verify} for one that has passed.
 *
 * <p>Which options there are is Camel Main's own list, and so is the way it recognizes them (MainCommandLineSupport of Camel 4.18:
 * the short name in any case, or the beginning of the long one).
 */
final class RunArguments {

    private static final String HELP = "--help";
    private static final int MOST_CHANGES = 2;
    private static final int LEAST_LETTERS = 3;
    private static final int MOST_LETTERS = 100;

    private final Understood understood = new Understood();
    private final Collection<String> commands;

    /**
     * @param commands the names that are understood as the first argument
     */
    RunArguments(Collection<String> commands) {
        this.commands = commands;
    }

    /**
     * What is wrong with the arguments, and what to write instead; empty if Camel Main understands all of them.
     *
     * @param first whether the first of them stands where a command may stand
     */
    Optional<String> fault(List<String> arguments, boolean first) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            Optional<Main.Option> option = understood.option(argument);
            if (option.isEmpty()) {
                return Optional.of(unknown(argument, first && i == 0));
            }
            if (option.get() instanceof Main.ParameterOption && ++i == arguments.size()) {
                return Optional.of("'" + argument + "' wants a value behind it: "
                        + option.get().getInformation().strip());
            }
        }
        return Optional.empty();
    }

    private String unknown(String argument, boolean first) {
        if (argument.startsWith("-D")) {
            return "'" + shown(argument) + "' is for Java and no option of bin/caravan: give it as JAVA_TOOL_OPTIONS="
                    + shown(argument) + " bin/caravan; a setting may be a line of config/application.properties, too";
        }
        if (argument.startsWith("-X")) {
            return "'" + shown(argument)
                    + "' is for Java and no option of bin/caravan: CARAVAN_JAVA_OPTS takes such flags, in"
                    + " place of those that stand in bin/caravan";
        }
        if (commands.contains(argument) || argument.equals(HELP)) {
            return "'" + argument + "' has to be the first argument";
        }
        boolean command = first && !argument.startsWith("-");
        return "'" + shown(argument) + "' is no "
                + (command ? "command (bin/caravan --help lists them)" : "option (bin/caravan -h lists them)")
                + nearest(argument, command ? commands : understood.names())
                        .map(name -> "; did you mean " + name + "?")
                        .orElse("");
    }

    private static Optional<String> nearest(String argument, Collection<String> names) {
        String word = argument.toLowerCase(Locale.ROOT);
        return names.stream()
                .filter(name -> changes(word, name) <= Math.min(MOST_CHANGES, word.length() / 2))
                .min(Comparator.<String>comparingInt(name -> changes(word, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** A word that was cut off is nearer than any other. */
    private static int changes(String word, String name) {
        return word.length() >= LEAST_LETTERS && name.startsWith(word) ? 0 : StartFailure.distance(name, word);
    }

    /** Without a value, which may be a secret, and cut. */
    private static String shown(String argument) {
        String name = argument.replaceFirst("(?s)=.*", "=…");
        return name.length() <= MOST_LETTERS ? name : name.substring(0, MOST_LETTERS) + "…";
    }

    /** Camel Main is asked for its options, and never run. */
    private static final class Understood extends Main {

        Optional<Option> option(String argument) {
            initOptions();
            return argument.isEmpty()
                    ? Optional.empty()
                    : options.stream()
                            .filter(option -> argument.equalsIgnoreCase(option.getAbbreviation())
                                    || option.getFullName().startsWith(argument))
                            .findFirst();
        }

        List<String> names() {
            initOptions();
            List<String> names = new ArrayList<>(List.of(HELP));
            options.forEach(option -> names.add(option.getFullName()));
            return names;
        }
    }
}
