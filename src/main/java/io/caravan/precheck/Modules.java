package io.caravan.precheck;

import io.caravan.node.ServerModules;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether the destination has every module of the source: nothing else can read their values. */
final class Modules {

    private static final String LOAD =
            "load them at the destination; or set missingModules=IGNORE if no key needs them";

    private Modules() {}

    static void look(Facts facts, Side destination, Findings findings) throws IOException {
        Optional<ServerModules> offered = modules(facts.source().first());
        if (offered.isEmpty()) {
            findings.skip(
                    "the source does not tell its modules; grant the user +module|list (+module before Redis 7.0)");
            return;
        }
        if (offered.get().isEmpty()) {
            findings.summary("the source has none");
            return;
        }
        Optional<ServerModules> accepted = modules(destination.first());
        if (accepted.isEmpty()) {
            findings.warn(
                    destination.first().name(),
                    "does not tell whether it has the source's modules",
                    "grant the user +module|list (+module before Redis 7.0)");
            return;
        }
        Set<String> missing = accepted.get().without(offered.get().loaded());
        if (!missing.isEmpty()) {
            findings.add(
                    facts.settings().missingModulesFail() ? Outcome.FAILED : Outcome.WARNING,
                    destination.first().name(),
                    "has not the source's modules " + String.join(", ", missing)
                            + ", and their values would be refused one by one",
                    LOAD);
        }
        Set<String> builtIn = accepted.get().without(offered.get().builtIn());
        if (!builtIn.isEmpty()) {
            findings.warn(
                    destination.first().name(),
                    "has not " + String.join(", ", builtIn)
                            + ", which the source has built in: such values, if there are any, would be refused",
                    "see that no key needs them, or take a newer destination");
        }
        findings.summary(findings.isEmpty() ? "the destination has those of the source" : "");
    }

    private static Optional<ServerModules> modules(Server server) throws IOException {
        return server.ask("MODULE", "LIST") instanceof Reply.Elements modules
                ? Optional.of(ServerModules.of(
                        modules.replies().stream().map(Modules::texts).toList()))
                : Optional.empty();
    }

    private static List<String> texts(Reply module) {
        return module instanceof Reply.Elements fields
                ? fields.replies().stream().map(Reply::text).toList()
                : List.of();
    }
}
