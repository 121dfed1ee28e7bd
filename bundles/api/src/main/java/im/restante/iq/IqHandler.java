package im.restante.iq;

import im.restante.stanza.Iq;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: answers IQ requests with a payload of one namespace and element. Of several for the same payload the one with the
 * highest {@code service.ranking} whose {@link #SCOPE} fits is asked. Safe for concurrent use.
 */
@ConsumerType
@FunctionalInterface
public interface IqHandler {
    /** Service property: namespace of the payload. Required. */
    String NAMESPACE = "iq.namespace";

    /** Service property: local name of the payload. Required; several are allowed. */
    String ELEMENT = "iq.element";

    /**
     * Service property: to whom a request may be addressed, any of {@link #SERVER}, {@link #OWN} and {@link #OTHER}; a request
     * addressed otherwise never reaches the handler and is answered {@code service-unavailable}. Missing: server and own.
     */
    String SCOPE = "iq.scope";

    /**
     * Service property: whole seconds that an answer may take before the client is told {@code internal-server-error} and the
     * log of it; 0 for a handler that sees to it itself that each request is answered. Missing: 30.
     */
    String DEADLINE_SECONDS = "iq.deadline-seconds";

    /** Addressed to the domain. */
    String SERVER = "server";

    /** Addressed to the requester's own bare JID, or to nobody, which means the same. */
    String OWN = "own";

    /** Addressed to the bare JID of another account of this server. */
    String OTHER = "other";

    /**
     * Handles one request, of type get or set, stamped with the requester's full JID. Runs on the stream's thread, so it must
     * not block: what needs a disk completes the stage later.
     *
     * @return the result or error, made by {@link Iq#result} or {@link Iq#error}. A stage that fails, or an exception, is
     *     logged with the {@code service.id} and answered {@code internal-server-error}; a
     *     {@link im.restante.store.StoreException} is answered {@code resource-constraint}, to be tried again
     */
    CompletionStage<Iq> handle(Iq request);
}
