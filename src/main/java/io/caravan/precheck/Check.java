package io.caravan.precheck;

import java.io.IOException;

/** Every item of a precheck, in the order of the report. */
enum Check {
    SOURCE_NODES("source nodes", At.SOURCE_SETTINGS, Connections::nodes),
    SOURCE_CREDENTIALS("source credentials", At.SOURCE_SETTINGS, Connections::credentials),
    SOURCE_TLS("source TLS", At.SOURCE_SETTINGS, Connections::encryption),
    SOURCE_ARCHITECTURE("source architecture", At.SOURCE, Architecture::look),
    SOURCE_CLUSTER("source cluster", At.SOURCE, ClusterHealth::look),
    SOURCE_REPLICATION("right to replicate", At.SOURCE, ReplicationRight::look),
    SOURCE_READ("right to read keys", At.SOURCE, ReadRight::look),
    SOURCE_HEARTBEAT("right to write heartbeat", At.SOURCE, HeartbeatRight::look),
    SOURCE_BUFFERS("source buffers", At.SOURCE, SourceBuffers::look),
    DESTINATION_NODES("destination nodes", At.DESTINATION_SETTINGS, Connections::nodes),
    DESTINATION_CREDENTIALS("destination credentials", At.DESTINATION_SETTINGS, Connections::credentials),
    DESTINATION_TLS("destination TLS", At.DESTINATION_SETTINGS, Connections::encryption),
    DESTINATION_ARCHITECTURE("destination architecture", At.DESTINATION, Architecture::look),
    DESTINATION_CLUSTER("destination cluster", At.DESTINATION, ClusterHealth::look),
    DESTINATION_WRITE("right to write", At.DESTINATION, WriteRight::look),
    DESTINATION_EMPTY("destination empty", At.DESTINATION, EmptyDestination::look),
    DESTINATION_EVICTION("destination eviction", At.DESTINATION, Eviction::look),
    MEMORY("destination memory", At.BOTH, Memory::look),
    DEPLOYMENTS("two deployments", At.BOTH, TwoDeployments::look),
    VERSIONS("versions", At.BOTH, Versions::look),
    MODULES("modules", At.BOTH, Modules::look),
    DATABASES("databases", At.BOTH, SelectedDatabases::look),
    CLOCKS("clocks", At.BOTH, Clocks::look),
    EDITION("edition", At.SOURCE, Operations::edition),
    FLUSHES("flushes", At.BOTH, Operations::flushes),
    EXPIRY("expiry", At.SOURCE, Operations::expiry),
    SNAPSHOT("snapshot", At.SOURCE, SnapshotTime::look),
    SPOOL("spool", At.TASK, SpoolRoom::look);

    /** What an item needs. */
    private enum At {
        /** The settings of the source, whether or not a server answers. */
        SOURCE_SETTINGS,
        /** The settings of each destination. */
        DESTINATION_SETTINGS,
        /** A server of the source. */
        SOURCE,
        /** A server of the destination; done for each destination. */
        DESTINATION,
        /** A server of either side; done for each destination. */
        BOTH,
        /** Nothing but the settings. */
        TASK
    }

    /** Looks at one side; at the source where no side is concerned. */
    @FunctionalInterface
    private interface Look {
        /** @throws IOException if a connection breaks meanwhile */
        void look(Facts facts, Side side, Findings findings) throws IOException;
    }

    private final String label;
    private final At at;

    @SuppressWarnings("ImmutableEnumChecker") // a method without state
    private final Look look;

    Check(String label, At at, Look look) {
        this.label = label;
        this.at = at;
        this.look = look;
    }

    /** The name in reports and documentation. */
    String label() {
        return label;
    }

    PrecheckItem look(Facts facts) {
        var findings = new Findings();
        switch (at) {
            case TASK, SOURCE_SETTINGS -> look(facts, facts.source(), findings);
            case SOURCE -> {
                if (answers(facts.source(), findings)) {
                    look(facts, facts.source(), findings);
                }
            }
            case DESTINATION_SETTINGS, DESTINATION, BOTH -> lookAtDestinations(facts, findings);
        }
        return findings.toItem(label);
    }

    private void lookAtDestinations(Facts facts, Findings findings) {
        if (facts.destinations().isEmpty()) {
            findings.skip("the route leads to no redis-cluster: endpoint");
        } else if (at != At.BOTH || answers(facts.source(), findings)) {
            for (Side destination : facts.destinations()) {
                if (at == At.DESTINATION_SETTINGS || answers(destination, findings)) {
                    look(facts, destination, findings);
                }
            }
        }
    }

    private static boolean answers(Side side, Findings findings) {
        if (!side.answers()) {
            findings.skip("no server of the " + side.word() + " could be asked");
        }
        return side.answers();
    }

    private void look(Facts facts, Side side, Findings findings) {
        try {
            look.look(facts, side, findings);
        } catch (IOException e) {
            findings.fail(
                    "", "could not be looked at: " + e.getMessage(), "see that the servers stay up, and try again");
        }
    }
}
