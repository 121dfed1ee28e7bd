package im.restante.why;

import im.restante.jid.Jid;
import org.osgi.annotation.versioning.ProviderType;

/** Finds the XEP-0359 stanza-id of a message, so that nobody has to keep what can be computed. Safe for concurrent use. */
@ProviderType
public interface StanzaIds {
    /** The stanza-id of the message to {@code owner}, bare, with that arrival id; null while the server key is not known. */
    String stanzaId(Jid owner, long arrivalId);
}
