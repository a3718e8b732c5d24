package io.caravan.precheck;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Whether the destination is another deployment than the source. */
final class TwoDeployments {

    private TwoDeployments() {}

    static void look(Facts facts, Side destination, Findings findings) {
        Set<String> ofSource = new HashSet<>();
        facts.source().servers().forEach(server -> server.info().field("run_id").ifPresent(ofSource::add));
        for (Server server : destination.servers()) {
            Optional<String> id = server.info().field("run_id");
            if (id.isPresent() && ofSource.contains(id.get())) {
                findings.fail(
                        server.name(),
                        "belongs to the source as well: its own writes would come back to it for ever",
                        "give the destination's nodes, not the source's");
            }
        }
        findings.summary(findings.isEmpty() ? "source and destination are different servers" : "");
    }
}
