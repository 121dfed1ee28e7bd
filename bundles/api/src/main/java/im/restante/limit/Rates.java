package im.restante.limit;

/**
 * How fast one connection is read. Nothing is dropped: over a rate the server pauses before it reads on, and TCP holds the client
 * back. After a silence a client may send the worth of {@link #BURST_SECONDS} seconds at once.
 *
 * @param bytes   a second, as they come from the network, TLS included; negative: no limit
 * @param stanzas a second, and everything else that is a child of the stream; negative: no limit
 */
public record Rates(long bytes, long stanzas) {
    /** Seconds of a rate that a connection which was silent before may use up at once. */
    public static final int BURST_SECONDS = 4;

    /** No limit. */
    public static final Rates NONE = new Rates(-1, -1);

    public Rates {
        if (bytes == 0 || stanzas == 0) {
            throw new IllegalArgumentException("a rate of 0 would stop the connection for ever");
        }
    }

    /** So many bytes and stanzas a second; negative: no limit. */
    public static Rates of(long bytes, long stanzas) {
        return new Rates(bytes, stanzas);
    }
}
