package im.restante.streammanagement;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.stanza.StanzaError;
import im.restante.xml.Namespaces;
import java.time.Duration;

/** The elements of stream management (XEP-0198). */
public final class ManagementXml {
    public static final String NAMESPACE = "urn:xmpp:sm:3";

    private ManagementXml() {}

    /** XEP-0198 §3. */
    public static byte[] enabled() {
        return ("<enabled xmlns='" + NAMESPACE + "'/>").getBytes(UTF_8);
    }

    /** XEP-0198 §3: enabled, and the stream can be resumed under that id while its client is away that long at most. */
    public static byte[] enabled(String id, Duration atMost) {
        return ("<enabled xmlns='" + NAMESPACE + "' id='" + id + "' resume='true' max='" + atMost.toSeconds() + "'/>")
                .getBytes(UTF_8);
    }

    /** XEP-0198 §5. @param h of the client's stanzas, how many were handled */
    public static byte[] resumed(String id, long h) {
        return ("<resumed xmlns='" + NAMESPACE + "' previd='" + id + "' h='" + h + "'/>").getBytes(UTF_8);
    }

    /** XEP-0198 §5: nothing to be resumed. @param h of the client's stanzas, how many were handled; negative: not known */
    public static byte[] notFound(long h) {
        String known = h < 0 ? "" : " h='" + h + "'";
        return ("<failed xmlns='" + NAMESPACE + "'" + known + "><item-not-found xmlns='" + Namespaces.STANZA_ERRORS
                        + "'/></failed>")
                .getBytes(UTF_8);
    }

    /** XEP-0198 §3: what was asked of stream management is refused, for a reason of RFC 6120 §8.3.3. */
    public static byte[] failed(StanzaError.Condition condition) {
        return ("<failed xmlns='" + NAMESPACE + "'><" + condition.element() + " xmlns='" + Namespaces.STANZA_ERRORS
                        + "'/></failed>")
                .getBytes(UTF_8);
    }
}
