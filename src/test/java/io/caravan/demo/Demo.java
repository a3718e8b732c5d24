package io.caravan.demo;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.servers.Comparison;
import io.caravan.servers.ComparisonReport;
import io.caravan.servers.Dataset;
import io.caravan.servers.Deployment;
import io.caravan.servers.Endpoint;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.RunningTask;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The main job, to be seen: a source cluster that is written to, a destination cluster, Caravan between them, and the
 * proof that both are equal. With {@code --source} and {@code --destination} on the user's own servers.
 *
 * <p>Ends with 0 if the two sides are equal, 1 if they are not, 2 if it could not be tried.
 */
public final class Demo {

    private static final String SOURCE_VERSION = "7.0.15";
    private static final String DESTINATION_VERSION = "7.4.1";
    private static final long SEED = 42;

    private final DemoOptions options;

    private Demo(DemoOptions options) {
        this.options = options;
    }

    public static void main(String[] arguments) {
        System.setProperty("log4j2.configurationFile", "classpath:io/caravan/demo/log4j2.properties");
        endWithParent();
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        try {
            var demo = new Demo(DemoOptions.parse(arguments));
            return (demo.options.ownServers() ? demo.onOwnServers() : demo.onEmbeddedServers()) ? 0 : 1;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(DemoOptions.USAGE);
            return 2;
        } catch (Exception e) {
            System.err.println("The demo failed: " + e.getMessage());
            return 2;
        }
    }

    private boolean onEmbeddedServers() throws Exception {
        say(
                "Starting two clusters of three masters on loopback: Redis %s and, to copy to, Redis %s",
                SOURCE_VERSION, DESTINATION_VERSION);
        try (RedisCluster source =
                        RedisCluster.on(ServerProgram.of(SOURCE_VERSION)).start();
                RedisCluster destination =
                        RedisCluster.on(ServerProgram.of(DESTINATION_VERSION)).start()) {
            say("Filling the source with %,d keys of every type, lists of 50,000 elements among them", options.keys());
            Dataset.everyType(SEED, options.keys()).fitting(SOURCE_VERSION).writeTo(source);
            say(
                    "Writing %,d commands a second to it, and synchronizing for %d s",
                    options.writesPerSecond(), options.seconds());
            try (Load load = Load.on(source)
                            .seed(SEED)
                            .perSecond(options.writesPerSecond())
                            .start();
                    RunningTask task = RunningTask.between(source.nodes(), destination.nodes())
                            .start()) {
                watch(task);
                LoadReport written = load.stop();
                say("Stopped writing after %,d commands; waiting for lag 0", written.acknowledged());
                task.awaitApplied(source.masters());
                return compare(source, destination);
            }
        }
    }

    private boolean onOwnServers() throws Exception {
        String from = options.source().orElseThrow();
        String to = options.destination().orElseThrow();
        say("Synchronizing %s to %s for %d s", from, to, options.seconds());
        try (RunningTask task = RunningTask.between(from, to)
                .with("source.password", environment("SOURCE_PASSWORD"))
                .with("destination.password", environment("DESTINATION_PASSWORD"))
                .start()) {
            watch(task);
            say("Waiting for lag 0; what is written from now on may show as a difference");
            task.awaitStreaming().awaitLagZero();
            return compare(
                    deployment(from, environment("SOURCE_PASSWORD")),
                    deployment(to, environment("DESTINATION_PASSWORD")));
        }
    }

    /** A line a second, for as long as the options say. */
    private void watch(RunningTask task) throws InterruptedException {
        var line = new ProgressLine(task);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            var end = new CountDownLatch(options.seconds());
            clock.scheduleAtFixedRate(
                    () -> {
                        say("%s", line.next());
                        end.countDown();
                    },
                    1,
                    1,
                    TimeUnit.SECONDS);
            end.await();
        } finally {
            clock.shutdownNow();
        }
    }

    private static boolean compare(Deployment source, Deployment destination) {
        say("Comparing both sides key by key");
        ComparisonReport report = Comparison.of(source, destination).run();
        say("%s", report.isEqual() ? String.format("equal: %,d keys compared", report.keys()) : "DIFFERENT: " + report);
        return report.isEqual();
    }

    private static Deployment deployment(String nodes, String password) {
        Credentials credentials = Credentials.parse(password);
        List<Endpoint> endpoints = NodeAddress.parseList(nodes).stream()
                .map(node -> Endpoint.of(node.host(), node.port()))
                .map(endpoint -> credentials.none()
                        ? endpoint
                        : endpoint.as(credentials.user().orElse("default"), credentials.password()))
                .toList();
        return isCluster(endpoints.get(0)) ? Deployment.cluster(endpoints) : Deployment.server(endpoints.get(0));
    }

    private static boolean isCluster(Endpoint endpoint) {
        try (RespClient client = endpoint.open()) {
            client.call("CLUSTER", "INFO");
            return true;
        } catch (RespError e) {
            return false; // ERR This instance has cluster support disabled
        }
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        return value == null ? "" : value;
    }

    /** A demo whose Maven has been ended must not go on by itself. */
    private static void endWithParent() {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(2)));
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(format, values));
    }
}
