package io.caravan.camel;

import io.caravan.node.ServerModules;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the modules of a source with those of a destination before any data moves: only the module that wrote a value can
 * read it, so values of a module that the destination lacks would be refused one by one.
 *
 * <p>Used by the thread that starts the route.
 *
 * @param task id of the task
 * @param source nodes of the source
 * @param missing what follows from a module that is missing
 */
record ModuleCheck(String task, String source, RedisReplicationConfiguration.MissingModules missing) {

    private static final Logger LOG = LoggerFactory.getLogger(ModuleCheck.class);

    /**
     * Compares.
     *
     * @param offered modules of the source, empty if it does not tell
     * @param destination nodes of the destination
     * @param accepted modules of the destination, empty if it does not tell
     * @throws IllegalArgumentException if one is missing and the route is not to start then
     */
    void compare(Optional<ServerModules> offered, String destination, Optional<ServerModules> accepted) {
        ServerModules modules = offered.orElse(ServerModules.NONE);
        if (modules.isEmpty()) {
            return; // or it does not tell, which has been said
        }
        if (accepted.isEmpty()) {
            LOG.warn(
                    "task {}: source {} has modules {}, and destination {} does not tell whether it has them;"
                            + " grant the user +module|list (+module before Redis 7.0) to have them compared",
                    task,
                    source,
                    text(modules.loaded()),
                    destination);
            return;
        }
        warnOfBuiltIn(accepted.get().without(modules.builtIn()), destination);
        Set<String> lacking = accepted.get().without(modules.loaded());
        if (!lacking.isEmpty()) {
            found(lacking, destination);
        }
    }

    /** Every Redis 8 has its own, used or not, so that nothing can be concluded from them. */
    private void warnOfBuiltIn(Set<String> lacking, String destination) {
        if (!lacking.isEmpty()) {
            LOG.warn(
                    "task {}: source {} has {} built in, destination {} has not: such values, if there are any, will be refused",
                    task,
                    source,
                    text(lacking),
                    destination);
        }
    }

    private void found(Set<String> lacking, String destination) {
        String what = "source " + source + " has modules that destination " + destination + " has not: " + text(lacking)
                + ". Their values can be read by them alone";
        switch (missing) {
            case FAIL ->
                throw new IllegalArgumentException("task " + task + ": " + what
                        + ". Load them there and start again; or set missingModules=IGNORE if no key needs them, or others"
                        + " there read the same values");
            case IGNORE -> LOG.warn("task {}: {}, and will be refused (missingModules=IGNORE)", task, what);
        }
    }

    private static String text(Set<String> names) {
        return String.join(", ", names);
    }
}
