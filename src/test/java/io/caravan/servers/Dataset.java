package io.caravan.servers;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Data of every type and encoding, the same for the same seed: key {@code i} has kind {@code i mod kinds} and its own
 * random sequence. Kinds that the server is too old for are left out, the number of keys stays.
 *
 * <p>The first key of each collection kind is large (a list of 50,000 elements), a fifth of the keys expires, hours later
 * than any test; some keys are binary, some have hash tags. Values fit a server of the version that they are written to:
 * {@link #withFieldExpiry()} adds what only the newest can hold.
 */
public final class Dataset {
    private static final int BATCH = 500;
    private static final int TAGS = 11;
    private static final long FIRST_USE_MILLIS = System.currentTimeMillis();

    private final long seed;
    private final int keys;
    private int database;
    private boolean fieldExpiry;
    private Optional<ServerVersion> fitting = Optional.empty();

    private Dataset(long seed, int keys) {
        this.seed = seed;
        this.keys = keys;
    }

    /** This many keys of all kinds in turn. 40 keys have each kind at least once. */
    public static Dataset everyType(long seed, int keys) {
        return new Dataset(seed, keys);
    }

    /** Writes to this database of a standalone server. */
    public Dataset database(int number) {
        database = number;
        return this;
    }

    /** Leaves out what a server of this version cannot hold, even if the one written to can. */
    public Dataset fitting(String version) {
        fitting = Optional.of(ServerVersion.parse(version));
        return this;
    }

    /** Adds hashes with fields that expire, where the server has HPEXPIRE (Redis 7.4, Valkey 9). */
    public Dataset withFieldExpiry() {
        fieldExpiry = true;
        return this;
    }

    /** Writes all keys, pipelined, and returns when the last is acknowledged. Existing keys of the same name are mixed in. */
    public void writeTo(Deployment deployment) {
        try (DeploymentClient client = deployment.connect()) {
            client.select(database);
            List<DatasetKind> kinds =
                    DatasetKind.fitting(fitting.orElseGet(client::version), fieldExpiry && knowsFieldExpiry(client));
            List<Request> batch = new ArrayList<>();
            for (int i = 0; i < keys; i++) {
                DatasetKind kind = kinds.get(i % kinds.size());
                Random random = new Random((seed * 1_000_003 + i) * 0x9E3779B97F4A7C15L);
                byte[] key = key(kind.name(), i, random);
                kind.values().write(key, i < kinds.size(), random, batch::add);
                if (random.nextInt(5) == 0) {
                    batch.add(Request.of("PEXPIREAT", key, inHours(1 + random.nextInt(48)) + i));
                }
                if (batch.size() >= BATCH) {
                    send(client, batch);
                }
            }
            send(client, batch);
        }
    }

    static boolean knowsFieldExpiry(DeploymentClient client) {
        List<?> info = (List<?>) client.call("COMMAND", "INFO", "HPEXPIREAT");
        return info != null && info.get(0) != null;
    }

    /** A time in the future, the same for every data set of this JVM. */
    static long inHours(int hours) {
        return FIRST_USE_MILLIS + Duration.ofHours(hours).toMillis();
    }

    private static void send(DeploymentClient client, List<Request> batch) {
        List<@Nullable Object> replies = client.run(batch);
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i) instanceof RespError error) {
                throw error.to(batch.get(i));
            }
        }
        batch.clear();
    }

    private byte[] key(String kind, int number, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> binaryKey(number, random);
            case 1 -> text("{tag" + number % TAGS + "}:" + kind + ":" + number);
            case 2 -> text("data with spaces {} " + kind + " " + number);
            default -> text("data:" + kind + ":" + number);
        };
    }

    private static byte[] binaryKey(int number, Random random) {
        byte[] noise = new byte[1 + random.nextInt(20)];
        random.nextBytes(noise);
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        key.writeBytes(new byte[] {0, '\r', '\n', (byte) 0xff, '"', '\\'});
        key.writeBytes(noise);
        key.writeBytes(text(":" + number));
        return key.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
