package im.restante.account;

import im.restante.jid.Jid;
import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard: told when an account goes away, so that each bundle can drop what it holds of it. Must not block. */
@ConsumerType
@FunctionalInterface
public interface AccountListener {
    /** The account is gone from the repository; new sessions for it are impossible from here on. */
    void removed(Jid account);
}
