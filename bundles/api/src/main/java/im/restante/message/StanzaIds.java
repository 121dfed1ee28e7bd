package im.restante.message;

import im.restante.jid.Jid;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Turns arrival ids into XEP-0359 stanza-ids and back, so that nobody has to keep what can be computed. Safe for concurrent use.
 */
@ProviderType
public interface StanzaIds {
    /** The stanza-id of the message to {@code owner}, bare, with that arrival id; null while the server key is not known. */
    @Nullable
    String stanzaId(Jid owner, long arrivalId);

    /**
     * The arrival id of a message to {@code owner}, bare.
     *
     * @return empty for an id that this server did not give to a message of that owner, for one of a message that came before ids could
     *     be read back, and while the server key is not known
     */
    OptionalLong arrivalId(Jid owner, String stanzaId);

    /** Whether the message to {@code owner}, bare, with that arrival id has that stanza-id, or had it from an earlier version. */
    boolean isStanzaId(Jid owner, long arrivalId, String stanzaId);
}
