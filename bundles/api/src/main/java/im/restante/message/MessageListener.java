package im.restante.message;

import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what becomes of every message, by those who decide it. Register it as a service; there may be many, and nothing depends on
 * any of them. Told after the fact: what is said to be stored is committed, and nothing that a listener does changes anything.
 *
 * <p>Called on the threads that carry messages, by several at once, and never under a lock. It must not block: a listener that takes
 * too long is told nothing for a minute, and the log says so; a call that never returns keeps its thread, and what is behind it, for
 * ever. What it throws costs it that one call. It may keep what it is given: values that do not change.
 *
 * <p>It misses what happens while it is not registered, or is told nothing. Whoever must not miss a message keeps it in a store.
 */
@ConsumerType
public interface MessageListener {
    /** A message has its verdict, which is final. */
    default void decided(MessageEvent event) {}

    /**
     * Something became of messages of which only their arrival ids are at hand.
     *
     * @param owner      recipient, bare
     * @param arrivalIds in no particular order
     * @param how        a few words that an operator reads behind the disposition; null for none
     */
    default void disposed(Jid owner, Collection<Long> arrivalIds, Disposition disposition, @Nullable String how) {}

    /**
     * Something became of messages that are at hand whole.
     *
     * @param messages of one owner or of several
     * @param how      as above
     */
    default void disposed(Collection<StoredMessage> messages, Disposition disposition, @Nullable String how) {}
}
