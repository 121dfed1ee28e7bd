package im.restante.account;

import im.restante.jid.Jid;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: told when an account goes away, so that each bundle can drop what it holds of it. Asked one after another, the highest
 * {@code service.ranking} first. Must not block.
 */
@ConsumerType
@FunctionalInterface
public interface AccountListener {
    /**
     * The account is about to go. Removed here is what nobody may inherit who takes the name next, such as its mail. The next listener
     * is asked when the stage has completed, and the account goes when all have; it stays if one fails: a crash in between leaves an
     * account that can be removed again. Either {@link #removed} or {@link #kept} follows.
     */
    default CompletionStage<Void> removing(Jid account) {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * What the removal owes other accounts; it is noted in the removal's own commit. Asked when every listener's {@link #removing} has
     * completed; the account stays if the stage fails. Until {@link #removed} or {@link #kept} follows, whoever answers sees to it that
     * this stays true.
     */
    default CompletionStage<List<Note>> owes(Jid account) {
        return CompletableFuture.completedFuture(List.of());
    }

    /** The account stays, as far as is known: its removal failed, or there was none. */
    default void kept(Jid account) {}

    /**
     * The account is gone from the repository; new sessions for it are impossible from here on. Who asked for the removal is answered
     * when all listeners have been told.
     */
    void removed(Jid account);

    /** Another user repository is in use from now on, or one after none; it may hold what changes before owe others. */
    default void repositoryChosen() {}
}
