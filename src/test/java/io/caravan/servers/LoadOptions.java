package io.caravan.servers;

/** How a {@link Load} writes; one thread at full speed unless told otherwise. */
public final class LoadOptions {
    private final Deployment deployment;
    private long seed = 1;
    private int threads = 1;
    private int perSecond;
    private int tagsPerThread = 200;
    private int database;
    private String prefix = "load";
    private boolean expiringSoon;

    LoadOptions(Deployment deployment) {
        this.deployment = deployment;
    }

    public LoadOptions seed(long newSeed) {
        seed = newSeed;
        return this;
    }

    /** Writer threads, each with a client of its own. */
    public LoadOptions threads(int count) {
        threads = count;
        return this;
    }

    /** Commands a second of all threads together. */
    public LoadOptions perSecond(int commands) {
        perSecond = commands;
        return this;
    }

    /** Hash tags of each thread; a tag has about ten keys. 200 unless told otherwise, 64 at least. */
    public LoadOptions tagsPerThread(int count) {
        if (count < LoadPace.BURST) {
            throw new IllegalArgumentException(count + " tags; a burst needs " + LoadPace.BURST + " different ones");
        }
        tagsPerThread = count;
        return this;
    }

    /** Writes to this database of a standalone server. */
    public LoadOptions database(int number) {
        database = number;
        return this;
    }

    /** What all keys begin with; two loads on one deployment need different ones. */
    public LoadOptions prefix(String text) {
        prefix = text;
        return this;
    }

    /**
     * Lets some keys expire within two seconds. A copy that lags may then see an APPEND to a key that has already expired
     * there; without this option expiry is hours away.
     */
    public LoadOptions expiringSoon() {
        expiringSoon = true;
        return this;
    }

    /** Starts writing. */
    public Load start() {
        return new Load(this);
    }

    Deployment deployment() {
        return deployment;
    }

    long seed() {
        return seed;
    }

    int threads() {
        return threads;
    }

    /** 0: as fast as the deployment answers. */
    double perSecondOfOneThread() {
        return (double) perSecond / threads;
    }

    int tagsPerThread() {
        return tagsPerThread;
    }

    int database() {
        return database;
    }

    String prefix() {
        return prefix;
    }

    boolean isExpiringSoon() {
        return expiringSoon;
    }
}
