package io.caravan.app;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.main.Main;

/**
 * Runs the tasks that the YAML files of {@code routes/} declare, as {@code config/application.properties} says.
 *
 * <p>Arguments are those of Camel Main. Ends with 0 after a stop, with 1 if it could not start.
 */
public final class Caravan {

    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";
    private static final Path OWN_LOG_CONFIGURATION = Path.of("config", "log4j2.properties");

    private Caravan() {}

    public static void main(String[] args) {
        configureLog();
        System.exit(run(args));
    }

    /** Camel Main as the application sets it up, not yet started. */
    public static Main application() {
        var main = new Main();
        main.setDefaultPropertyPlaceholderLocation(
                "file:config/application.properties;optional=true," + "classpath:io/caravan/app/defaults.properties");
        main.addMainListener(new TaskWatch());
        return main;
    }

    private static int run(String[] args) {
        Main main = application();
        try {
            return main.run(args);
        } catch (Exception e) {
            System.err.println(StartFailure.explain(e, main.getCamelContext()));
            return 1;
        }
    }

    /** Before the first logger is made: the user's configuration, else ours, unless the command line names one. */
    private static void configureLog() {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(
                    LOG_CONFIGURATION,
                    Files.exists(OWN_LOG_CONFIGURATION)
                            ? OWN_LOG_CONFIGURATION.toUri().toString()
                            : "classpath:io/caravan/app/log4j2.properties");
        }
    }
}
