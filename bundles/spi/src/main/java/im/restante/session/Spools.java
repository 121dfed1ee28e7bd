package im.restante.session;

import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** What must be known, and told, by somebody who changes what waits behind the sessions' back. Safe for concurrent use; does not block. */
@ProviderType
public interface Spools {
    /**
     * Which of some messages are being handed to a session, or have been and are about to be removed. A message past its end that
     * is not among them will not be handed over any more.
     */
    CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> ids);

    /**
     * A message of the server's own as the spool of its recipient would hold it, with a new id and the marks of one that was
     * stored now. Nothing is stored.
     *
     * @return empty if there is no such account; exceptionally if that is not known
     */
    CompletionStage<Optional<StoredMessage>> notice(Message message);

    /** Whether {@code owner} is an account of this server, so that something may be stored for it; exceptionally if that is not known. */
    CompletionStage<Boolean> hasAccount(Jid owner);

    /** Messages for {@code owner} have been stored: a session that is there gets them. */
    void arrived(Jid owner);

    /** A store has come, with messages for anybody: sessions that are there get theirs. */
    void arrived();
}
