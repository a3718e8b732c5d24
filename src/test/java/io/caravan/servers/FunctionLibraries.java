package io.caravan.servers;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Compares the function libraries of two deployments, where both have functions (7.0 and later). */
final class FunctionLibraries {
    private FunctionLibraries() {}

    static Optional<String> difference(DeploymentClient source, DeploymentClient destination) {
        if (!source.version().atLeast("7.0") || !destination.version().atLeast("7.0")) {
            return Optional.empty();
        }
        Map<String, String> wanted = codeByName(source.masters().get(0));
        for (RespClient master : destination.masters()) {
            Map<String, String> present = codeByName(master);
            if (!present.equals(wanted)) {
                return Optional.of("function libraries differ: " + wanted + " against " + present + " at " + master);
            }
        }
        return Optional.empty();
    }

    /** Each library is {@code [library_name, <name>, engine, <engine>, functions, […], library_code, <code>]}. */
    private static Map<String, String> codeByName(RespClient master) {
        Map<String, String> libraries = new TreeMap<>();
        for (Object library : (List<?>) Objects.requireNonNull(master.call("FUNCTION", "LIST", "WITHCODE"))) {
            List<?> fields = (List<?>) library;
            libraries.put(value(fields, "library_name"), value(fields, "library_code"));
        }
        return libraries;
    }

    private static String value(List<?> fields, String name) {
        return String.valueOf(fields.get(fields.indexOf(name) + 1));
    }
}
