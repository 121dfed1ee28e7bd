package im.restante.session;

import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.StoredMessage;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** What must be known, and told, by somebody who changes what waits behind the sessions' back. Safe for concurrent use; does not block. */
@ProviderType
public interface Spools {
    /**
     * Whether a message is being handed to a session, or has been and is about to be removed. A message past its end for which
     * this is false will not be handed over any more.
     */
    boolean isOnItsWay(Jid owner, long id);

    /**
     * A message of the server's own as the spool of its recipient would hold it, with a new id and the marks of one that was
     * stored now. Nothing is stored.
     *
     * @return empty if there is no such account; exceptionally if that is not known
     */
    CompletionStage<Optional<StoredMessage>> notice(Message message);

    /** Messages for {@code owner} have been stored: a session that is there gets them. */
    void arrived(Jid owner);

    /** A store has come, with messages for anybody: sessions that are there get theirs. */
    void arrived();
}
