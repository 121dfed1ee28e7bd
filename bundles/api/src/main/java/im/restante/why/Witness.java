package im.restante.why;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import java.util.Collection;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Is told what becomes of messages, every one, by those who decide it; nothing depends on its being there. Safe for concurrent
 * use; answers at once, never throws, and is never called under a lock. May keep what it is given: values that do not change.
 */
@ProviderType
public interface Witness {
    /** Where there is none. */
    Witness NONE = new Witness() {
        @Override
        public void verdict(Jid owner, Jid sender, String messageId, long arrivalId, Verdict verdict) {}

        @Override
        public void disposition(Jid owner, Collection<Long> ids, Disposition disposition, String how) {}

        @Override
        public void disposition(Collection<StoredMessage> rows, Disposition disposition, String how) {}
    };

    /**
     * A message has its verdict.
     *
     * @param owner     recipient, bare
     * @param sender    bare
     * @param messageId the sender's; null for none
     * @param arrivalId 0 if it was given none, since it could not have been stored
     */
    void verdict(Jid owner, Jid sender, String messageId, long arrivalId, Verdict verdict);

    /**
     * Something became of messages of which only their arrival ids are at hand.
     *
     * @param how a few words that an operator reads behind the disposition; null for none
     */
    void disposition(Jid owner, Collection<Long> ids, Disposition disposition, String how);

    /** Something became of messages that are at hand whole, each in an entry of its own. */
    void disposition(Collection<StoredMessage> rows, Disposition disposition, String how);

    /**
     * A reader of configuration works by these values from now on. Told by the reader, in the moment when they come into force, and
     * to a witness that has just come; what is refused is not told. The same values told again change nothing.
     *
     * @param reader who reads them, a bundle's short name: several may read parts of one PID
     * @param pid    where they are configured
     * @param values as an operator would want to read them; equal texts are equal values
     */
    default void inForce(String reader, String pid, String values) {}
}
