package im.restante.account;

import im.restante.jid.Jid;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard: told when an account goes away, so that each bundle can drop what it holds of it. Must not block. */
@ConsumerType
@FunctionalInterface
public interface AccountListener {
    /**
     * The account is about to go. Removed here is what nobody may inherit who takes the name next, such as its mail. The account
     * goes when the stage has completed, and stays if it fails: a crash in between leaves an account that can be removed again.
     */
    default CompletionStage<Void> removing(Jid account) {
        return CompletableFuture.completedFuture(null);
    }

    /** The account is gone from the repository; new sessions for it are impossible from here on. */
    void removed(Jid account);
}
