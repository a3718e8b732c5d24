package io.caravan.node;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The modules of a server, by the names that {@code MODULE LIST} tells; it does not tell which types of values are theirs.
 *
 * @param loaded modules that somebody has loaded into it
 * @param builtIn modules that it is made of: Redis 8 has its vector sets that way
 */
public record ServerModules(Set<String> loaded, Set<String> builtIn) {

    /** A module of Valkey 9.1 and later that runs scripts; no value is its own, and other servers run them without it. */
    private static final String SCRIPTS = "lua";

    /** What a server without modules has. */
    public static final ServerModules NONE = new ServerModules(Set.of(), Set.of());

    public ServerModules {
        loaded = Set.copyOf(loaded);
        builtIn = Set.copyOf(builtIn);
    }

    /**
     * Reads the answer to {@code MODULE LIST}: of each module names and values by turns. From Redis 7.0 on they have a
     * {@code path}, which is empty for a module that is built in. One that only runs scripts is left out.
     */
    public static ServerModules of(List<List<String>> answer) {
        Set<String> loaded = new TreeSet<>();
        Set<String> builtIn = new TreeSet<>();
        for (List<String> module : answer) {
            int name = module.indexOf("name") + 1;
            int path = module.indexOf("path") + 1;
            if (name > 0 && name < module.size() && !module.get(name).equals(SCRIPTS)) {
                boolean noFile =
                        path > 0 && path < module.size() && module.get(path).isEmpty();
                (noFile ? builtIn : loaded).add(module.get(name));
            }
        }
        return new ServerModules(loaded, builtIn);
    }

    /** Whether there are none at all. */
    public boolean isEmpty() {
        return loaded.isEmpty() && builtIn.isEmpty();
    }

    /** Those of {@code names} that are not here, in order. */
    public Set<String> without(Set<String> names) {
        Set<String> missing = new TreeSet<>(names);
        missing.removeAll(loaded);
        missing.removeAll(builtIn);
        return missing;
    }
}
