package im.restante.internal.c2s;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.RandomId;
import im.restante.jid.Jid;
import im.restante.streammanagement.ManagementXml;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlCodec;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a stream is made of besides stanzas. Written by hand where RFC 6120 §4.8.5 wants the prefix {@code stream}. */
final class StreamXml {
    static final String TLS = "urn:ietf:params:xml:ns:xmpp-tls";
    static final String SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
    static final String BIND = "urn:ietf:params:xml:ns:xmpp-bind";
    static final String SESSION = "urn:ietf:params:xml:ns:xmpp-session";
    /** XEP-0440. */
    static final String CHANNEL_BINDING = "urn:xmpp:sasl-cb:0";

    static final String ROSTER_VERSIONING = "urn:xmpp:features:rosterver";

    private static final String CLOSE = "</stream:stream>";

    private static final Logger LOG = LoggerFactory.getLogger(StreamXml.class);

    private StreamXml() {}

    /** @param to the address the client gave itself; null if it gave none */
    static String header(Jid domain, Jid to) {
        return "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
                + " id='" + RandomId.next() + "' from='" + escape(domain.toString()) + '\''
                + (to == null ? "" : " to='" + escape(to.toString()) + '\'')
                + " version='1.0' xml:lang='en'>";
    }

    static String features(XmlCodec codec, List<Element> features, LogLimits lines) {
        StringBuilder text = new StringBuilder("<stream:features>");
        for (Element feature : features) {
            try {
                text.append(new String(codec.serialize(feature, Namespaces.CLIENT), UTF_8));
            } catch (RuntimeException e) { // another bundle's, and no reason to let nobody in
                LogLimit limit = lines.of("feature");
                if (limit.isDue()) {
                    LOG.error(
                            "the stream feature {} cannot be written and is not offered{}",
                            feature.name(),
                            limit.more(),
                            e);
                }
            }
        }
        return text.append("</stream:features>").toString();
    }

    static byte[] close() {
        return CLOSE.getBytes(UTF_8);
    }

    /** White space between stanzas (RFC 6120 §4.6.1). */
    static byte[] keepalive() {
        return new byte[] {' '};
    }

    /** A stream error and the end of the stream (RFC 6120 §4.9). @param text null for none */
    static byte[] error(StreamCondition condition, String text) {
        return error(condition, text, "");
    }

    /** XEP-0198 §4: the client has acknowledged more than it was sent. */
    static byte[] handledTooMuch(long h, long sent) {
        String more = "<handled-count-too-high xmlns='" + ManagementXml.NAMESPACE + "' h='" + h + "' send-count='"
                + sent + "'/>";
        return error(StreamCondition.UNDEFINED_CONDITION, null, more);
    }

    private static byte[] error(StreamCondition condition, String text, String application) {
        String declaration = " xmlns='" + Namespaces.STREAM_ERRORS + "'";
        String more = text == null ? "" : "<text" + declaration + " xml:lang='en'>" + escape(text) + "</text>";
        return ("<stream:error><" + condition.element() + declaration + "/>" + more + application + "</stream:error>"
                        + CLOSE)
                .getBytes(UTF_8);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&apos;");
    }
}
