package im.restante.iq;

import im.restante.stanza.Iq;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: answers service discovery for nodes of the server's domain that have identities or items of their own (XEP-0030 §3.2,
 * §4.2), also depending on who asks. Must not block. For nodes that only have features there is {@link FeatureProvider#nodeFeatures}.
 */
@ConsumerType
@FunctionalInterface
public interface DiscoveryNodes {
    /**
     * Answers a request of type get for {@code disco#info} or {@code disco#items}: the namespace of its payload says which.
     *
     * @param request stamped with the requester's full JID
     * @param node    that it asks for
     * @return a result or an error; empty if this provider has no such node
     */
    Optional<Iq> discover(Iq request, String node);
}
