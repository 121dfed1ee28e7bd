package im.restante.itests.faults;

import java.time.Duration;

/**
 * What kind of server the harm is done to, and how.
 *
 * @param full         with as many senders and messages as the long form has
 * @param proof        whether a message must stay until its delivery is proved; else the server takes what it wrote for delivered, and
 *                     a drain that is cut may lose some
 * @param place        where it keeps everything
 * @param storeTimeout how long a verdict may take: {@code store-timeout-seconds}
 * @param stall        how long a store is kept from working
 */
record Terms(boolean full, boolean proof, Place place, Duration storeTimeout, Duration stall, Patience patience) {
    /** The server's default. */
    static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration SHORT_STORE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration AUTH_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PROOF_TIMEOUT = Duration.ofSeconds(60);
    private static final long MOST_SECONDS = 600;
    private static final Duration STALL = Duration.ofSeconds(60);
    private static final Duration SHORT_STALL = Duration.ofSeconds(4);

    /** On a file. */
    static Terms of(boolean full) {
        return new Terms(full, true, Place.SQLITE, STORE_TIMEOUT, full ? STALL : SHORT_STALL, Patience.USUAL);
    }

    Terms on(Place other) {
        return new Terms(full, proof, other, storeTimeout, stall, patience);
    }

    Terms withoutProof() {
        return new Terms(full, false, place, storeTimeout, stall, patience);
    }

    Terms withShortStoreTimeout() {
        return new Terms(full, proof, place, SHORT_STORE_TIMEOUT, stall, patience);
    }

    Terms stalledFor(Duration time) {
        return new Terms(full, proof, place, storeTimeout, time, patience);
    }

    Terms with(Patience other) {
        return new Terms(full, proof, place, storeTimeout, stall, other);
    }

    /** Not started yet. */
    Site prepared() throws Exception {
        Site site = Site.prepare(place, patience);
        if (!proof) {
            site.server().configure("im.restante.offline", "proof", "write");
        }
        if (!storeTimeout.equals(STORE_TIMEOUT)) {
            site.server().configure("im.restante.offline", "store-timeout-seconds", "" + storeTimeout.toSeconds());
        }
        if (patience.factor() > 1) { // clients get as much room as the runner does
            site.server()
                    .configure("im.restante.c2s", "auth-timeout-seconds", seconds(AUTH_TIMEOUT))
                    .configure("im.restante.offline", "proof-timeout-seconds", seconds(PROOF_TIMEOUT));
        }
        return site;
    }

    private String seconds(Duration usual) {
        return Long.toString(Math.min(MOST_SECONDS, patience.grace(usual).toSeconds()));
    }

    Site started() throws Exception {
        Site site = prepared();
        site.start();
        return site;
    }
}
