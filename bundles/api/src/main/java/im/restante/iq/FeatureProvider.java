package im.restante.iq;

import im.restante.xml.Element;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard: what service discovery (XEP-0030) and streams list. Asked each time, so that it follows configuration. Must not block. */
@ConsumerType
public interface FeatureProvider {
    /** Features of the server's domain. */
    Set<String> serverFeatures();

    /** Features of a user's own account (its bare JID). */
    default Set<String> accountFeatures() {
        return Set.of();
    }

    /** What a stream offers a client that has logged in (RFC 6120 §4.3.2), beside what the connection itself does. */
    default List<Element> streamFeatures() {
        return List.of();
    }

    /**
     * Features of a node of the server's domain.
     *
     * @return empty if this provider has nothing to say of that node
     */
    default Set<String> nodeFeatures(String node) {
        return Set.of();
    }
}
