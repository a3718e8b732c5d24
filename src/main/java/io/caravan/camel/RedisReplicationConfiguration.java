package io.caravan.camel;

import io.caravan.precheck.PrecheckSettings.ConflictMode;
import io.caravan.replication.SourceSettings.ReadFrom;
import io.caravan.replication.SourceSettings.SnapshotTransfer;
import io.netty.channel.EventLoopGroup;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.jspecify.annotations.Nullable;

/** What a {@code redis-replication:} endpoint can be told; the component's is the default of its endpoints. */
@UriParams
public class RedisReplicationConfiguration implements Cloneable {

    @UriPath(
            description =
                    "Nodes of the source, host:port separated by commas: one or more nodes of a cluster, whose masters"
                            + " are found by themselves, or a standard server")
    @Metadata(required = true)
    private String nodes = "";

    @UriParam(
            label = "security",
            secret = true,
            description =
                    "How to authenticate at every source node, as one string: password, or user:password. A server that knows no users (Redis 4.0, 5.0) is sent the whole string as its password")
    private @Nullable String password;

    @UriParam(
            label = "security",
            description =
                    "Encrypts the connections to the source; the bean to use. Without it they are plain, unless the component uses the global parameters")
    private @Nullable SSLContextParameters sslContextParameters;

    @UriParam(
            label = "security",
            defaultValue = "true",
            description = "Whether the certificate of a source node must name the host that was connected to")
    private boolean hostnameVerification = true;

    @UriParam(
            label = "consumer",
            description =
                    "Id of the task: names its checkpoints, meters and health check. The id of the route if it is not set")
    private @Nullable String task;

    @UriParam(
            label = "consumer",
            defaultValue = "destination",
            description =
                    "Where the checkpoints are kept from which a restarted process continues: destination (in the redis-cluster: endpoint that the route leads to), file:path, or none (begin with a snapshot at every start)")
    private String checkpoint = "destination";

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            javaType = "java.time.Duration",
            description = "Pause between two stores of a checkpoint")
    private long checkpointInterval = 1000;

    @UriParam(
            label = "consumer",
            defaultValue = "AUTO",
            description =
                    "Whether, after a snapshot had to be repeated, keys are removed from the destination that the source has no more: AUTO (if the destination held nothing when the task began, and no other task writes to it), ALWAYS or NEVER")
    private Sweep sweep = Sweep.AUTO;

    @UriParam(
            label = "consumer",
            defaultValue = "15000",
            javaType = "java.time.Duration",
            description =
                    "How long a task belongs to a process that does not renew it any more; renewed in time, where the checkpoint is. A process that is started meanwhile waits, and gives up if the other one goes on")
    private long leaseTime = 15_000;

    @UriParam(
            label = "consumer",
            description =
                    "Databases of the source that are synchronized, separated by commas: 0 as it is, 1=one: with its keys in database 0 behind that prefix. All of them as they are if it is not set; others are left out and counted. What the steps of the route see are the keys with their prefixes")
    private String databases = "";

    @UriParam(
            label = "consumer",
            defaultValue = "64MB",
            description =
                    "Most memory that received and unapplied data of all source shards together may take, whatever the source holds; at least 1MB a shard. Larger values are applied in several commands; larger commands, and larger values of modules, go through a temporary file")
    private String memoryLimit = "64MB";

    @UriParam(label = "consumer", defaultValue = "1000", description = "Most commands in an exchange")
    private int maxBatchCommands = 1000;

    @UriParam(
            label = "consumer",
            defaultValue = "64KB",
            description = "About how many bytes of commands an exchange carries at most")
    private String maxBatchBytes = "64KB";

    @UriParam(
            label = "consumer",
            defaultValue = "256",
            description = "Most exchanges of one source shard that are on their way to the destination at once")
    private int maxInFlightBatches = 256;

    @UriParam(
            label = "consumer",
            defaultValue = "AUTO",
            description =
                    "How snapshots are asked for: AUTO (diskless from Redis, by way of its disk from Valkey, which cannot send every value otherwise), DISK (the source writes the snapshot to its disk first) or DISKLESS (the source may send it while it makes it)")
    private SnapshotTransfer snapshotTransfer = SnapshotTransfer.AUTO;

    @UriParam(
            label = "consumer",
            defaultValue = "MASTER",
            description =
                    "Which nodes of the source snapshot and stream are taken from: MASTER, or REPLICA_PREFERRED (a replica of each master while one follows it, else the master; keys that are read again are read at the master)")
    private ReadFrom readFrom = ReadFrom.MASTER;

    @UriParam(
            label = "consumer",
            defaultValue = "FAIL",
            description =
                    "What follows when the source has modules that the destination lacks, which is looked at before any data moves: FAIL (the route does not start) or IGNORE (it does; values that need them are refused one by one)")
    private MissingModules missingModules = MissingModules.FAIL;

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description =
                    "Whether source and destination are checked before any data moves (rights, versions, memory, cluster health and more); a route whose precheck fails does not start")
    private boolean precheck = false;

    @UriParam(
            label = "consumer",
            defaultValue = "INTERCEPT",
            description =
                    "What the precheck says of a destination that holds keys already when the task begins: INTERCEPT (it fails) or IGNORE (a warning: those that the source has, too, are overwritten). Of no effect without a precheck")
    private ConflictMode conflictMode = ConflictMode.INTERCEPT;

    @UriParam(
            label = "consumer",
            defaultValue = "10000",
            javaType = "java.time.Duration",
            description = "How long a connection to a source node may take to be made")
    private long connectTimeout = 10_000;

    @UriParam(
            label = "consumer",
            defaultValue = "30000",
            javaType = "java.time.Duration",
            description = "How long a source node may take to answer a request of the handshake")
    private long requestTimeout = 30_000;

    @UriParam(
            label = "consumer",
            defaultValue = "60000",
            javaType = "java.time.Duration",
            description =
                    "A link that receives nothing for so long is given up and made again; a master sends a PING every 10 seconds unless it is configured otherwise (repl-ping-replica-period)")
    private long replicationTimeout = 60_000;

    @UriParam(
            label = "consumer",
            defaultValue = "100",
            javaType = "java.time.Duration",
            description = "Pause before a lost link is made again; doubled with every attempt that fails")
    private long reconnectDelay = 100;

    @UriParam(
            label = "consumer",
            defaultValue = "10000",
            javaType = "java.time.Duration",
            description = "Longest pause between two attempts to make a lost link again")
    private long maxReconnectDelay = 10_000;

    @UriParam(
            label = "consumer",
            defaultValue = "30000",
            javaType = "java.time.Duration",
            description = "How long a stop waits for exchanges that are on their way")
    private long drainTimeout = 30_000;

    @UriParam(
            label = "consumer",
            description =
                    "Directory for commands and module values that are too large for memory. The system directory for temporary files if it is not set")
    private @Nullable String temporaryDirectory;

    @UriParam(
            label = "consumer",
            description =
                    "Directory for what the source sends faster than the destination takes it: a folder for each task, in it one for each source shard. What it holds of the stream survives the process. Without it the source has to wait for the destination")
    private @Nullable String spoolDirectory;

    @UriParam(
            label = "consumer",
            defaultValue = "10GB",
            description =
                    "Most bytes that the spool of all source shards together may take, each an equal part; 512MB of the disk are left to others in any case. Beyond that the source has to wait")
    private String spoolBytes = "10GB";

    @UriParam(
            label = "consumer",
            defaultValue = "LINK",
            description =
                    "What a suspended route keeps: LINK (the source goes on sending; what comes waits in memory and in the spool) or SPOOL (what has been received; the links are given up, and the source's backlog decides whether the resumed route continues or begins anew with a snapshot)")
    private PauseKeeps pauseKeeps = PauseKeeps.LINK;

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            javaType = "java.time.Duration",
            description =
                    "How often a key that begins with caravan:heartbeat: is written at every master of the source, by which it is measured how long a write takes to the destination; 100 ms or longer, 0 to write nothing. The source's user needs the right to SET and DEL such keys then. They expire by themselves, and are not copied")
    private long heartbeatInterval;

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description =
                    "Most bytes a second that are read from the source, of all shards together, as 20MB; 0 for no limit. What the source writes beyond waits in its replica output buffer, whose limit ends the link: keep well above what it writes. May be changed while the task runs")
    private String sourceBytesPerSecond = "0";

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description =
                    "Most keys a second that are taken from snapshots, of all shards together; 0 for no limit. May be changed while the task runs")
    private long snapshotKeysPerSecond;

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description =
                    "Most commands a second that are sent towards the destination, of all shards together, those of snapshots included; 0 for no limit. May be changed while the task runs")
    private long commandsPerSecond;

    @UriParam(
            label = "advanced",
            description =
                    "Runs the connections to the source; to share one among endpoints. Without it the endpoint makes one of workerCount threads")
    private @Nullable EventLoopGroup workerGroup;

    @UriParam(
            label = "advanced",
            defaultValue = "1",
            description =
                    "Number of threads that run the connections to the source; reading is done by a thread per shard besides")
    private int workerCount = 1;

    @UriParam(
            label = "advanced",
            defaultValue = "false",
            description =
                    "Whether to use the operating system's own transport (epoll) instead of NIO; the netty jar for it must be there")
    private boolean nativeTransport = false;

    /** What follows when the source has modules that the destination lacks. */
    public enum MissingModules {
        /** The route does not start. */
        FAIL,
        /** The route starts; values that need them are refused one by one. */
        IGNORE
    }

    /** Whether keys are removed from the destination that the source has no more. */
    public enum Sweep {
        /** If it is certain that they belong to the task. */
        AUTO,
        /** Whoever they belong to. */
        ALWAYS,
        /** They stay. */
        NEVER
    }

    /** The id of the task that a route is: its own, or the route's. */
    String taskOf(String routeId) {
        return task == null || task.isBlank() ? routeId : task;
    }

    /** A copy, to be changed by an endpoint. */
    public RedisReplicationConfiguration copy() {
        try {
            return (RedisReplicationConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    public String getNodes() {
        return nodes;
    }

    /** Nodes of the source. */
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

    public @Nullable String getTask() {
        return task;
    }

    /** Id of the task. */
    public void setTask(@Nullable String task) {
        this.task = task;
    }

    public String getCheckpoint() {
        return checkpoint;
    }

    /** Where checkpoints are kept. */
    public void setCheckpoint(String checkpoint) {
        this.checkpoint = checkpoint;
    }

    public long getCheckpointInterval() {
        return checkpointInterval;
    }

    /** Pause between two stores of a checkpoint, in milliseconds. */
    public void setCheckpointInterval(long checkpointInterval) {
        this.checkpointInterval = checkpointInterval;
    }

    /** Whether keys are removed from the destination that the source has no more. */
    public Sweep getSweep() {
        return sweep;
    }

    /** Whether keys are removed from the destination that the source has no more. */
    public void setSweep(Sweep sweep) {
        this.sweep = sweep;
    }

    /** How long a task belongs to a process that does not renew it any more, in milliseconds. */
    public long getLeaseTime() {
        return leaseTime;
    }

    /** How long a task belongs to a process that does not renew it any more, in milliseconds. */
    public void setLeaseTime(long leaseTime) {
        this.leaseTime = leaseTime;
    }

    public String getDatabases() {
        return databases;
    }

    /** Databases that are synchronized. */
    public void setDatabases(String databases) {
        this.databases = databases;
    }

    public String getMemoryLimit() {
        return memoryLimit;
    }

    /** Most memory of received and unapplied data. */
    public void setMemoryLimit(String memoryLimit) {
        this.memoryLimit = memoryLimit;
    }

    public int getMaxBatchCommands() {
        return maxBatchCommands;
    }

    /** Most commands in an exchange. */
    public void setMaxBatchCommands(int maxBatchCommands) {
        this.maxBatchCommands = maxBatchCommands;
    }

    public String getMaxBatchBytes() {
        return maxBatchBytes;
    }

    /** Most bytes in an exchange. */
    public void setMaxBatchBytes(String maxBatchBytes) {
        this.maxBatchBytes = maxBatchBytes;
    }

    public int getMaxInFlightBatches() {
        return maxInFlightBatches;
    }

    /** Most exchanges on their way per shard. */
    public void setMaxInFlightBatches(int maxInFlightBatches) {
        this.maxInFlightBatches = maxInFlightBatches;
    }

    public SnapshotTransfer getSnapshotTransfer() {
        return snapshotTransfer;
    }

    /** How snapshots are asked for. */
    public void setSnapshotTransfer(SnapshotTransfer snapshotTransfer) {
        this.snapshotTransfer = snapshotTransfer;
    }

    public ReadFrom getReadFrom() {
        return readFrom;
    }

    /** Which nodes of the source snapshot and stream are taken from. */
    public void setReadFrom(ReadFrom readFrom) {
        this.readFrom = readFrom;
    }

    public MissingModules getMissingModules() {
        return missingModules;
    }

    /** What follows when the source has modules that the destination lacks. */
    public void setMissingModules(MissingModules missingModules) {
        this.missingModules = missingModules;
    }

    public long getConnectTimeout() {
        return connectTimeout;
    }

    /** How long a connection may take, in milliseconds. */
    public void setConnectTimeout(long connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public long getRequestTimeout() {
        return requestTimeout;
    }

    /** How long an answer may take, in milliseconds. */
    public void setRequestTimeout(long requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    public long getReplicationTimeout() {
        return replicationTimeout;
    }

    /** Longest silence of a link, in milliseconds. */
    public void setReplicationTimeout(long replicationTimeout) {
        this.replicationTimeout = replicationTimeout;
    }

    public long getReconnectDelay() {
        return reconnectDelay;
    }

    /** First pause before reconnecting, in milliseconds. */
    public void setReconnectDelay(long reconnectDelay) {
        this.reconnectDelay = reconnectDelay;
    }

    public long getMaxReconnectDelay() {
        return maxReconnectDelay;
    }

    /** Longest pause before reconnecting, in milliseconds. */
    public void setMaxReconnectDelay(long maxReconnectDelay) {
        this.maxReconnectDelay = maxReconnectDelay;
    }

    public long getDrainTimeout() {
        return drainTimeout;
    }

    /** How long a stop waits, in milliseconds. */
    public void setDrainTimeout(long drainTimeout) {
        this.drainTimeout = drainTimeout;
    }

    public boolean isPrecheck() {
        return precheck;
    }

    /** Whether both sides are checked before the start. */
    public void setPrecheck(boolean precheck) {
        this.precheck = precheck;
    }

    public ConflictMode getConflictMode() {
        return conflictMode;
    }

    /** What the precheck says of keys that the destination holds already. */
    public void setConflictMode(ConflictMode conflictMode) {
        this.conflictMode = conflictMode;
    }

    public @Nullable String getTemporaryDirectory() {
        return temporaryDirectory;
    }

    /** Directory for large commands. */
    public void setTemporaryDirectory(@Nullable String temporaryDirectory) {
        this.temporaryDirectory = temporaryDirectory;
    }

    public @Nullable String getSpoolDirectory() {
        return spoolDirectory;
    }

    /** Directory of the spool; none if it is not set. */
    public void setSpoolDirectory(@Nullable String spoolDirectory) {
        this.spoolDirectory = spoolDirectory;
    }

    public String getSpoolBytes() {
        return spoolBytes;
    }

    /** Most bytes of the spool. */
    public void setSpoolBytes(String spoolBytes) {
        this.spoolBytes = spoolBytes;
    }

    public PauseKeeps getPauseKeeps() {
        return pauseKeeps;
    }

    /** What a suspended route keeps. */
    public void setPauseKeeps(PauseKeeps pauseKeeps) {
        this.pauseKeeps = pauseKeeps;
    }

    public String getSourceBytesPerSecond() {
        return sourceBytesPerSecond;
    }

    /** Most bytes a second from the source, as {@code 20MB}. */
    public void setSourceBytesPerSecond(String sourceBytesPerSecond) {
        this.sourceBytesPerSecond = sourceBytesPerSecond;
    }

    public long getSnapshotKeysPerSecond() {
        return snapshotKeysPerSecond;
    }

    /** Most keys a second of snapshots. */
    public void setSnapshotKeysPerSecond(long snapshotKeysPerSecond) {
        this.snapshotKeysPerSecond = snapshotKeysPerSecond;
    }

    public long getCommandsPerSecond() {
        return commandsPerSecond;
    }

    /** Most commands a second towards the destination. */
    public void setCommandsPerSecond(long commandsPerSecond) {
        this.commandsPerSecond = commandsPerSecond;
    }

    public long getHeartbeatInterval() {
        return heartbeatInterval;
    }

    /** How often a heartbeat is written at every master of the source, in milliseconds; 0 for never. */
    public void setHeartbeatInterval(long heartbeatInterval) {
        this.heartbeatInterval = heartbeatInterval;
    }

    public @Nullable EventLoopGroup getWorkerGroup() {
        return workerGroup;
    }

    /** Runs the connections. */
    public void setWorkerGroup(@Nullable EventLoopGroup workerGroup) {
        this.workerGroup = workerGroup;
    }

    public int getWorkerCount() {
        return workerCount;
    }

    /** Number of connection threads. */
    public void setWorkerCount(int workerCount) {
        this.workerCount = workerCount;
    }

    public boolean isNativeTransport() {
        return nativeTransport;
    }

    /** Whether to use epoll. */
    public void setNativeTransport(boolean nativeTransport) {
        this.nativeTransport = nativeTransport;
    }
}
