package io.caravan.camel;

import io.caravan.cluster.DestinationSettings.Acknowledge;
import io.caravan.cluster.DestinationSettings.Flush;
import io.caravan.cluster.DestinationSettings.InDoubt;
import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.cluster.DestinationSettings.Scripts;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.jspecify.annotations.Nullable;

/** What a {@code redis-cluster:} endpoint can be told; the component's is the default of its endpoints. */
@UriParams
public class RedisClusterConfiguration implements Cloneable {

    @UriPath(
            description =
                    "Nodes of the destination, host:port separated by commas: one or more nodes of a cluster, or a"
                            + " standard server")
    @Metadata(required = true)
    private String nodes = "";

    @UriParam(
            label = "security",
            secret = true,
            description =
                    "How to authenticate at every destination node, as one string: password, or user:password. A server that knows no users (Redis 4.0, 5.0) is sent the whole string as its password")
    private @Nullable String password;

    @UriParam(
            label = "security",
            description =
                    "Encrypts the connections to the destination; the bean to use. Without it they are plain, unless the component uses the global parameters")
    private @Nullable SSLContextParameters sslContextParameters;

    @UriParam(
            label = "security",
            defaultValue = "true",
            description = "Whether the certificate of a destination node must name the host that was connected to")
    private boolean hostnameVerification = true;

    @UriParam(
            label = "producer",
            defaultValue = "FAIL",
            description =
                    "What becomes of a command that the destination refuses for its own sake (an unknown command, a wrong form), and of a value that it cannot represent: FAIL (the exchange fails, and the source shard stops there) or SKIP (it is left out, counted and logged)")
    private OnError onError = OnError.FAIL;

    @UriParam(
            label = "producer",
            defaultValue = "APPLY",
            description =
                    "What becomes of FLUSHALL and FLUSHDB: APPLY (what the source has emptied is emptied; of a cluster, the slots of the shard that says so), IGNORE (left out and logged) or FAIL (the exchange fails, and the source shard stops there)")
    private Flush flush = Flush.APPLY;

    @UriParam(
            label = "producer",
            defaultValue = "VERBATIM",
            description =
                    "What becomes of EVAL and EVALSHA, which a source before Redis 7.0 may send instead of what the script has done: VERBATIM (they are run here, too; the keys of one that fails are read again at the source; keys that a script writes without naming them are right only as long as it is run) or REFRESH (they are not run, and their keys are read again: for scripts that do not do the same everywhere; one that names no keys is refused)")
    private Scripts scripts = Scripts.VERBATIM;

    @UriParam(
            label = "producer",
            defaultValue = "READ_AGAIN",
            description =
                    "How it is settled whether a command has been applied that may not be applied twice, when its answer was lost, or a process was killed before it was written down: READ_AGAIN (its keys are read again at the source) or IN_SLOT (it is sent in one transaction with a checkpoint in its slot, a key of Caravan's own, which tells; for a source that may not be read, whose account has no more rights than psync, replconf and ping. The destination does more for each such command, and what only reading could put right stops the shard, or has it begin anew with a snapshot)")
    private InDoubt inDoubt = InDoubt.READ_AGAIN;

    @UriParam(
            label = "producer",
            defaultValue = "MASTER",
            description =
                    "When something counts as applied: MASTER (when the master has run it; what a fail-over loses is repaired, by the next process too if this one is gone) or REPLICAS (when the replicas that the master has at that time have received it, too, so that no checkpoint speaks of writes that a fail-over could lose; lag grows by a second or two, since replicas report once a second, and what is written in that time has to find room in memoryLimit; while a replica stands still nothing counts as applied)")
    private Acknowledge acknowledge = Acknowledge.MASTER;

    @UriParam(
            label = "producer",
            defaultValue = "10000",
            javaType = "java.time.Duration",
            description =
                    "How long a connection to a destination node may take to be made, and a question about the topology to be answered")
    private long connectTimeout = 10_000;

    @UriParam(
            label = "producer",
            defaultValue = "60000",
            javaType = "java.time.Duration",
            description =
                    "How long a destination node may leave what was sent to it unanswered; after that its connection is given up and made again, and keys that may have been changed are read again at the source")
    private long responseTimeout = 60_000;

    @UriParam(
            label = "producer",
            defaultValue = "30000",
            javaType = "java.time.Duration",
            description =
                    "Pause between two looks at the topology of the destination when nothing has happened; redirections, lost connections and nodes that do not answer cause one at once")
    private long topologyRefresh = 30_000;

    @UriParam(
            label = "producer",
            defaultValue = "20",
            javaType = "java.time.Duration",
            description =
                    "Pause before commands that a node could not take (LOADING, OOM, CLUSTERDOWN, TRYAGAIN, connection lost) are sent again; doubled each time, up to 50-fold")
    private long retryDelay = 20;

    @UriParam(
            label = "producer",
            defaultValue = "50",
            javaType = "java.time.Duration",
            description =
                    "Least time between two readings of one key at the source, where a command cannot be applied as it is (keys in different slots, an answer lost with a connection) and its keys are read again instead")
    private long refreshInterval = 50;

    /** A copy, to be changed by an endpoint. */
    public RedisClusterConfiguration copy() {
        try {
            return (RedisClusterConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    public String getNodes() {
        return nodes;
    }

    /** Nodes of the destination. */
    public void setNodes(String nodes) {
        this.nodes = nodes;
    }

    public @Nullable String getPassword() {
        return password;
    }

    /** How to authenticate. */
    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public @Nullable SSLContextParameters getSslContextParameters() {
        return sslContextParameters;
    }

    /** How to encrypt. */
    public void setSslContextParameters(@Nullable SSLContextParameters sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }

    public boolean isHostnameVerification() {
        return hostnameVerification;
    }

    /** Whether certificates must name the host. */
    public void setHostnameVerification(boolean hostnameVerification) {
        this.hostnameVerification = hostnameVerification;
    }

    public Flush getFlush() {
        return flush;
    }

    /** What becomes of {@code FLUSHALL} and {@code FLUSHDB}. */
    public void setFlush(Flush flush) {
        this.flush = flush;
    }

    /** When something counts as applied. */
    public Acknowledge getAcknowledge() {
        return acknowledge;
    }

    /** When something counts as applied. */
    public void setAcknowledge(Acknowledge acknowledge) {
        this.acknowledge = acknowledge;
    }

    /** How it is settled whether a command has been applied. */
    public InDoubt getInDoubt() {
        return inDoubt;
    }

    /** How it is settled whether a command has been applied. */
    public void setInDoubt(InDoubt inDoubt) {
        this.inDoubt = inDoubt;
    }

    /** What becomes of scripts that a source sends as they are. */
    public Scripts getScripts() {
        return scripts;
    }

    /** What becomes of scripts that a source sends as they are. */
    public void setScripts(Scripts scripts) {
        this.scripts = scripts;
    }

    public OnError getOnError() {
        return onError;
    }

    /** What becomes of refused commands. */
    public void setOnError(OnError onError) {
        this.onError = onError;
    }

    public long getConnectTimeout() {
        return connectTimeout;
    }

    /** How long a connection may take, in milliseconds. */
    public void setConnectTimeout(long connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public long getResponseTimeout() {
        return responseTimeout;
    }

    /** How long a node may not answer, in milliseconds. */
    public void setResponseTimeout(long responseTimeout) {
        this.responseTimeout = responseTimeout;
    }

    public long getTopologyRefresh() {
        return topologyRefresh;
    }

    /** Pause between two looks at the topology, in milliseconds. */
    public void setTopologyRefresh(long topologyRefresh) {
        this.topologyRefresh = topologyRefresh;
    }

    public long getRetryDelay() {
        return retryDelay;
    }

    /** First pause before sending again, in milliseconds. */
    public void setRetryDelay(long retryDelay) {
        this.retryDelay = retryDelay;
    }

    public long getRefreshInterval() {
        return refreshInterval;
    }

    /** Least time between two readings of one key, in milliseconds. */
    public void setRefreshInterval(long refreshInterval) {
        this.refreshInterval = refreshInterval;
    }
}
