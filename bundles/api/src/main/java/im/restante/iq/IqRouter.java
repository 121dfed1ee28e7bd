package im.restante.iq;

import im.restante.stanza.Iq;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Finds the handler of a request that is for the server or for an account, not for a session. Safe for concurrent use. */
@ProviderType
public interface IqRouter {
    /**
     * Answers a request of type get or set. Never completes exceptionally; {@code service-unavailable} if nobody handles it.
     *
     * @param request stamped with the requester's full JID; {@code to} is null, this domain, or a bare JID of it
     */
    CompletionStage<Iq> route(Iq request);
}
