package im.restante.move;

import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The message stores of the delivery, for whoever carries messages from one to another while the server serves. A store is named by its
 * {@link MessageStore#ID}. Safe for concurrent use; does not block. Stages complete exceptionally with
 * {@link im.restante.store.StoreException}, unless they say otherwise.
 */
@ProviderType
public interface MessageStores {
    /** Names of the stores that are present, the highest ranking first. */
    List<String> names();

    /** The store of that name; of several the one of the highest ranking. Empty: there is none at present. */
    Optional<MessageStore> find(String name);

    /** Name of the store that takes new messages. Empty: none does, or it is not known yet which one will. */
    Optional<String> chosen();

    /**
     * Makes those wait who want to read or remove messages of these owners. Appends do not wait. Whoever calls it calls {@link #release}
     * for the same owners afterwards, whatever happens; only one caller at a time may hold an owner.
     *
     * @return completes, never exceptionally, when those who were reading or removing before have ended
     */
    CompletionStage<Void> hold(Collection<Jid> owners);

    /** Lets those go on who wait since {@link #hold}. */
    void release(Collection<Jid> owners);

    /**
     * Completes, never exceptionally, when all stores that came back were asked to remove what was removed while they were away. To be
     * waited for before a page is read.
     */
    CompletionStage<Void> settled();

    /** The page of that store without messages whose removal the store still owes: these must not be carried to another. */
    List<StoredMessage> withoutRemoved(String name, Jid owner, List<StoredMessage> page);

    /**
     * Carries what owners owe others, within that store.
     *
     * @return completes when all is carried that was owed, or about to be owed, when this was called; with how many messages that makes
     *     since the store came
     */
    CompletionStage<Long> carryOwed(String name);
}
