package im.restante.iq;

import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard: what service discovery (XEP-0030) lists. Asked at each query, so that it follows configuration. Must not block. */
@ConsumerType
public interface FeatureProvider {
    /** Features of the server's domain. */
    Set<String> serverFeatures();

    /** Features of a user's own account (its bare JID). */
    default Set<String> accountFeatures() {
        return Set.of();
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
