package im.restante.limit;

import im.restante.jid.Jid;
import im.restante.store.OwnerLimit;
import java.net.InetAddress;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides what a client may take of the server. A service: the one of highest {@code service.ranking} is asked; another takes over
 * while connections are open, and is then told of each by {@link #present}. Without one, and where it throws, nothing is limited but
 * the accounts that one connection may register: one.
 *
 * <p>No method may block: some run on the thread that accepts connections, the others on threads that read a client. All must be
 * safe for concurrent use. {@code client} is the address a connection comes from; behind a trusted proxy, what that says it is.
 */
@ConsumerType
public interface Limits {
    /**
     * Somebody has connected, and counts from now on unless this refuses. A pause is not possible here: {@link Permission.Delayed}
     * is taken as granted.
     */
    Permission connect(InetAddress client);

    /** Counts a connection that was let in before this service was there. */
    void present(InetAddress client);

    /** One that was granted by {@link #connect}, or told by {@link #present}, has ended. Called once for each. */
    void disconnected(InetAddress client);

    /**
     * Somebody wants to prove to be {@code account}; nothing has been compared yet, and there may be no such account. Each try is
     * asked for once. {@link #loginEnded} follows, unless the client breaks off.
     *
     * @param account bare
     */
    Permission login(InetAddress client, Jid account);

    /**
     * How a try ended that had been granted.
     *
     * @param account bare
     * @param right   whether the password or proof was right
     */
    void loginEnded(InetAddress client, Jid account, boolean right);

    /** Somebody asks for a new account (XEP-0077), and may or may not get it. A pause is not possible here either. */
    Permission register(InetAddress client);

    /** New accounts that one connection may make; negative: no limit. */
    int accountsPerConnection();

    /** How fast a connection is read. Asked about once a second for each connection. */
    Rates rates(InetAddress client);

    /**
     * Resources that an account may have bound at a time; negative: no limit. One more ends the oldest that is idle, and is refused if
     * none is.
     *
     * @param account bare
     */
    int maxResources(Jid account);

    /**
     * What may wait for an account, from all senders together; half of it for messages of those whom it does not know. Asked for each
     * message that is about to be stored for somebody away. Without an answer of its own: no limit.
     *
     * @param account bare
     */
    default OwnerLimit ownerLimit(Jid account) {
        return OwnerLimit.NONE;
    }

    /**
     * Heap in bytes for stanzas of all connections together, changed at any time: a third of it for those that are not complete or are
     * being worked on, a third for answers and presence that wait to be read, a third for live messages that their clients have not
     * proved and for what is kept of streams that may be resumed. A drain of the spool has small portions while all drains together hold
     * more than a third of it. Negative: three eighths of the JVM's heap. Asked whenever a
     * connection takes more than it may always have. Without an answer of its own: negative.
     */
    default long memoryBudgetBytes() {
        return -1;
    }

    /**
     * Whether connections from this address come through a proxy that says whose they are, by the PROXY protocol, version 2. Such a
     * connection must begin with that header; from every other address the header is not understood.
     *
     * @param peer the other side of the connection
     */
    boolean isProxy(InetAddress peer);
}
