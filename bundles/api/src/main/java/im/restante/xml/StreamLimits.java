package im.restante.xml;

/**
 * What one stanza may cost. Passing a limit ends the stream with {@code policy-violation}.
 *
 * @param stanzaBytes  UTF-8 bytes of one stanza on the wire, at least 10,000 (RFC 6120 §13.12)
 * @param depth        levels below the stream, the stanza itself being 1
 * @param attributes   attributes of one element
 * @param namespaces   namespace declarations in force at one element
 * @param elements     elements of one stanza, itself included
 */
public record StreamLimits(int stanzaBytes, int depth, int attributes, int namespaces, int elements) {
    /** What a peer may send that has not shown who it is. */
    public static final StreamLimits BEFORE_LOGIN = new StreamLimits(10_000, 64, 64, 64, 1_000);

    private static final int BYTES_PER_ELEMENT = 16;

    public StreamLimits {
        if (stanzaBytes < 10_000) {
            throw new IllegalArgumentException("stanzaBytes must be at least 10000, got " + stanzaBytes);
        }
        if (depth < 1 || attributes < 1 || namespaces < 1 || elements < 1) {
            throw new IllegalArgumentException("depth, attributes, namespaces and elements must be at least 1");
        }
    }

    /**
     * 64 attributes, 64 namespaces and an element for every 16 bytes of the largest stanza are far beyond what any extension
     * uses.
     */
    public static StreamLimits of(int stanzaBytes, int depth) {
        return new StreamLimits(stanzaBytes, depth, 64, 64, stanzaBytes / BYTES_PER_ELEMENT);
    }
}
