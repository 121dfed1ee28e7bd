package im.restante.internal.session.owner;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.session.Outbound;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What stands between the messages for one account and its sessions: nothing while it is LIVE, the spool otherwise. Safe for
 * concurrent use; {@link Spool} says how.
 */
public final class Owner {
    /** Where an owner's messages go. */
    public enum State {
        /** No session of non-negative priority: into the spool, as far as quota lets them. */
        AWAY,
        /** The spool is being read to one session: behind what is there, whatever the quota. */
        DRAINING,
        /** Nearly read: new messages wait in memory, so that the drain ends under any traffic. */
        HANDOVER,
        /** Straight to the sessions. */
        LIVE
    }

    private final Owners all;
    private final Spool spool;
    private final Arrivals arrivals;
    private final Returns returns;
    private final ByHand byHand;

    Owner(Spool spool, Owners all) {
        this.all = all;
        this.spool = spool;
        this.arrivals = new Arrivals(spool, all);
        this.returns = new Returns(spool, all);
        this.byHand = new ByHand(spool, all);
    }

    /** For people who operate the server. */
    public State state() {
        return spool.state();
    }

    /** The sessions of non-negative priority at this moment. Never changed: shared. */
    public Recipient[] present() {
        return spool.presentNow();
    }

    boolean pin() {
        return spool.decide(spool::pin);
    }

    /** The counterpart of {@link Owners#pin}. */
    public void unpin() {
        spool.change(spool::unpin);
    }

    /** Gives this state up if it says nothing; true if it must not be used any more. */
    boolean retire() {
        return spool.decide(spool::retire);
    }

    /** Null if this state was given up. */
    CompletionStage<Verdict> deliver(Parcel parcel, Recipient only) {
        return arrivals.deliver(parcel, only);
    }

    /** A message of the server's own as a row; null if this state was given up. */
    StoredMessage notice(Parcel parcel) {
        return arrivals.notice(parcel);
    }

    /**
     * A session has a priority of 0 or more.
     *
     * @return what starts the drain, to be run when the session has the answers to all it asked; null if there is none to start
     */
    public Runnable available(Recipient recipient) {
        Drain begun = spool.decide(() -> spool.isPresent(recipient) ? null : spool.arrive(recipient));
        return begun == null ? null : () -> all.workers.execute(() -> spool.drainer.start(begun));
    }

    /** A session is unavailable or has a negative priority. */
    public void unavailable(Recipient recipient) {
        spool.change(() -> spool.withdraw(recipient));
    }

    /**
     * What became of the messages that a session was not given.
     *
     * @param durable   completes when those that went back to the spool are durable there
     * @param elsewhere those that another session of the owner was given, oldest first
     */
    public record Left(CompletionStage<Void> durable, List<Outbound> elsewhere) {}

    /**
     * A session has ended. What it was not given goes back to the spool, except what another session of the owner was given.
     *
     * @param unsent storable messages, oldest first
     */
    public Left left(Recipient recipient, List<Outbound> unsent) {
        return returns.left(recipient, unsent, true);
    }

    /** A session was cut and may come back: as {@link #left}, but for what is remembered of it. */
    public Left suspended(Recipient recipient, List<Outbound> unsent) {
        return returns.left(recipient, unsent, false);
    }

    /**
     * A session that was cut says that it has got these after all. They leave the spool, unless they are on their way to another
     * session by now, which then proves them.
     */
    public void received(Recipient recipient, Collection<Long> ids) {
        returns.received(recipient, ids);
    }

    /** Whether a row is being handed to a session, or was and is being removed. */
    boolean isOnItsWay(long id) {
        return spool.decide(() -> spool.drainer.isOnItsWay(id));
    }

    /** Rows were stored by somebody else: they are read, if anybody is there. */
    void arrived() {
        spool.change(spool::readFromTheOldest);
        all.workers.execute(spool.drainer::goOn);
    }

    /** From here on what waits is handed to nobody, until {@link #left} or {@link #letGo} says that this session has ended. */
    public void hold(Recipient asker) {
        spool.change(() -> spool.hold.asks(asker));
        spool.drainer.goOn();
    }

    /** The counterpart of {@link #hold} for a session that had ended already. */
    public void letGo(Recipient asker) {
        spool.change(() -> spool.letGo(asker));
        spool.drainer.goOn();
    }

    /** Whether a session that deals with it by hand keeps what waits from the others. */
    public boolean isHeld() {
        return spool.hold.isOn();
    }

    /** See {@link im.restante.session.Retrieval#count}. */
    public CompletionStage<Long> count() {
        return byHand.count();
    }

    /** See {@link im.restante.session.Retrieval#page}. */
    public CompletionStage<List<StoredMessage>> page(long after, int rows, long bytes) {
        return byHand.page(after, rows, bytes);
    }

    /** See {@link im.restante.session.Retrieval#remove}. */
    public CompletionStage<Void> remove(List<StoredMessage> rows, Jid by) {
        return byHand.remove(rows, by);
    }

    /** See {@link im.restante.session.Retrieval#purge}. */
    public CompletionStage<Void> purge(Jid by) {
        return byHand.purge(by);
    }

    /** The settings have changed. */
    void reconsider() {
        spool.drainer.goOn();
    }
}
