package im.restante.spool;

import im.restante.session.Outbound;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What stands between the messages for one account and its sessions: nothing while it is LIVE, the spool otherwise. Sessions of
 * the account hold one, from {@link OwnerSpools#pin} to {@link #unpin}, and say here when they come, go, are cut and come back.
 * Safe for concurrent use; no method blocks.
 */
@ProviderType
public interface OwnerSpool {
    /** Where an owner's messages go. */
    enum State {
        /** No session of non-negative priority: into the spool, as far as quota lets them. */
        AWAY,
        /** The spool is being read to one session: behind what is there, whatever the quota. */
        DRAINING,
        /** Nearly read: new messages wait in memory, so that the drain ends under any traffic. */
        HANDOVER,
        /** Straight to the sessions. */
        LIVE
    }

    /**
     * What became of the messages that a session was not given.
     *
     * @param durable   completes when those that went back to the spool are durable there
     * @param elsewhere gives those that another session of the owner was given, oldest first; before {@code durable} completes
     */
    record Left(CompletionStage<Void> durable, CompletionStage<List<Outbound>> elsewhere) {}

    /** For people who operate the server. */
    State state();

    /** Whether a session that deals with it by hand keeps what waits from the others; see {@link #hold}. */
    boolean isHeld();

    /** The sessions of non-negative priority at this moment. Never changed: shared. */
    Recipient[] present();

    /** The counterpart of {@link OwnerSpools#pin}: this object is not used any more by who pinned it. */
    void unpin();

    /**
     * A session has a priority of 0 or more. Messages to the account are offered to it from here on.
     *
     * @return lets stored messages follow, to be run when the session has the answers to all it asked
     */
    Runnable available(Recipient recipient);

    /** A session is unavailable or has a negative priority; nothing happens if it was so before. */
    void unavailable(Recipient recipient);

    /**
     * A session has ended, for good. What it was not given goes back to the spool, except what another session of the owner was
     * given; what it was handed of the spool and did not prove is handed to the next one.
     *
     * @param unsent storable messages, oldest first
     */
    Left left(Recipient recipient, List<Outbound> unsent);

    /** A session was cut and may come back: as {@link #left}, but what it holds and was offered stays remembered. */
    Left suspended(Recipient recipient, List<Outbound> unsent);

    /**
     * A session that was cut says that it has got these after all. They leave the spool, unless they are on their way to another
     * session by now, which then proves them.
     *
     * @param ids arrival ids
     */
    void received(Recipient recipient, Collection<Long> ids);

    /**
     * From here on what waits is handed to nobody, until {@link #left} or {@link #letGo} says that this session has ended
     * (XEP-0013 §2.2).
     */
    void hold(Recipient asker);

    /** The counterpart of {@link #hold} for a session that had ended already. */
    void letGo(Recipient asker);
}
