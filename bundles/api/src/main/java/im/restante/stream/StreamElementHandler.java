package im.restante.stream;

import im.restante.xml.Element;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Understands elements of a client's stream that are no stanzas, such as those of client state (XEP-0352), and offers what it
 * understands. Register it as a service with the property {@link #NAMESPACE}; of several for one namespace the one of the highest
 * {@code service.ranking} is asked. The namespaces of the stream itself, of stanzas, TLS, SASL, binding and stream management are not
 * given away.
 *
 * <p>Called on the thread that reads the connection, in the order in which the client wrote, between its stanzas: it must not block, or
 * that client waits. What it throws ends that one stream with {@code internal-server-error}. Such elements do not count as stanzas
 * (XEP-0198 §4).
 */
@ConsumerType
public interface StreamElementHandler {
    /** Service property, required: the namespace of the elements, a text. */
    String NAMESPACE = "stream.namespace";

    /**
     * What this stream is offered in its present phase; asked whenever features are sent: before login, but not in the clear where TLS is
     * required, and behind it.
     */
    default List<Element> features(ClientStream stream) {
        return List.of();
    }

    /**
     * Handles an element of the namespace.
     *
     * @return false if it makes no sense in this phase: the stream ends, as with an element that nobody understands
     */
    boolean handle(Element element, ClientStream stream);
}
