package im.restante.xml;

/**
 * What one stanza may cost. Passing a limit ends the stream with {@code policy-violation}.
 *
 * @param stanzaBytes  UTF-8 bytes of one stanza on the wire, at least 10,000 (RFC 6120 §13.12)
 * @param depth        levels below the stream, the stanza itself being 1
 * @param attributes   attributes of one element
 * @param namespaces   namespace declarations in force at one element
 */
public record StreamLimits(int stanzaBytes, int depth, int attributes, int namespaces) {
    public StreamLimits {
        if (stanzaBytes < 10_000) {
            throw new IllegalArgumentException("stanzaBytes must be at least 10000, got " + stanzaBytes);
        }
        if (depth < 1 || attributes < 1 || namespaces < 1) {
            throw new IllegalArgumentException("depth, attributes and namespaces must be at least 1");
        }
    }

    /** 64 attributes and 64 namespaces are far beyond what any extension uses. */
    public static StreamLimits of(int stanzaBytes, int depth) {
        return new StreamLimits(stanzaBytes, depth, 64, 64);
    }
}
