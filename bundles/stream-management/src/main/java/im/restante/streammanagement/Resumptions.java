package im.restante.streammanagement;

import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.RandomId;
import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that can be resumed (XEP-0198 §5): those that live, and those whose connection was cut and whose client may still
 * come back. Each comes to exactly one end: it is taken by its client on another connection, or it expires. Safe for concurrent
 * use.
 */
public final class Resumptions {
    private static final Logger LOG = LoggerFactory.getLogger(Resumptions.class);

    /** Streams of one account that may wait for their clients: a client that is cut again and again makes a new one each time. */
    public static final int MOST_WAITING = 10;

    /** Streams that are over and whose counts are remembered. */
    private static final int MOST_REMEMBERED = 4096;

    private final ConcurrentHashMap<String, Resumption> byId = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    /** Oldest first; under the lock. */
    private final Map<Jid, Deque<Resumption>> waiting = new HashMap<>();
    /** Oldest first; under the lock. */
    private final Map<String, Handled> remembered = new LinkedHashMap<>();

    private final Set<CompletableFuture<Void>> ending = ConcurrentHashMap.newKeySet();
    private final BiFunction<Duration, Runnable, Future<?>> timer;

    /** How many stanzas of a client were handled before its stream was over. */
    private record Handled(Jid account, long count) {}

    /** One stream under the id that its client knows. */
    static final class Resumption {
        private final String id;
        private final Jid account;
        private final Duration atMost;
        private final ManagedConnection connection;
        private final CompletableFuture<Suspended> suspended = new CompletableFuture<>();
        private final AtomicBoolean taken = new AtomicBoolean();
        /** Ends its waiting; refers to all that is left of it. */
        private volatile Future<?> alarm = CompletableFuture.completedFuture(null);

        private volatile boolean expired;
        private volatile boolean forgotten;

        private Resumption(String id, Jid account, Duration atMost, ManagedConnection connection) {
            this.id = id;
            this.account = account;
            this.atMost = atMost;
            this.connection = connection;
        }

        String id() {
            return id;
        }

        /** How long its client may be away. */
        Duration atMost() {
            return atMost;
        }

        /** The connection it had. */
        ManagedConnection connection() {
            return connection;
        }

        /** Completes when its connection has ended and all it had taken is final; exceptionally if it cannot be resumed. */
        CompletableFuture<Suspended> suspended() {
            return suspended;
        }
    }

    /**
     * What is left of a stream whose connection was cut.
     *
     * @param handled of the client's stanzas, modulo 2^32
     * @param sent    what the client had not acknowledged
     * @param waiting stanzas no spool keeps that were not sent, oldest first
     * @param durable completes when the messages that were not acknowledged are in the spool
     * @param heap    what it holds, to be released at its one end
     */
    record Suspended(
            ClientSession session,
            long handled,
            SentStanzas sent,
            List<Outbound> waiting,
            CompletionStage<Void> durable,
            OutboundHeap heap) {}

    /** @param timer runs a task after a delay */
    Resumptions(BiFunction<Duration, Runnable, Future<?>> timer) {
        this.timer = timer;
    }

    /** A stream that can be resumed from now on, by this account only. */
    Resumption open(Jid account, Duration atMost, ManagedConnection connection) {
        return open(RandomId.next(), account, atMost, connection);
    }

    /** The stream goes on, on another connection, under the id it had. */
    Resumption again(Resumption before, ManagedConnection connection) {
        before.alarm.cancel(false);
        return open(before.id, before.account, before.atMost, connection);
    }

    private Resumption open(String id, Jid account, Duration atMost, ManagedConnection connection) {
        Resumption opened = new Resumption(id, account, atMost, connection);
        byId.put(id, opened);
        return opened;
    }

    /** The stream with that id, for nobody else from here on; null if there is none, or it is another account's. */
    Resumption take(String id, Jid account) {
        Resumption found = id == null ? null : byId.get(id);
        return found != null && found.account.equals(account) && take(found) ? found : null;
    }

    private boolean take(Resumption one) {
        if (!one.taken.compareAndSet(false, true)) {
            return false;
        }
        byId.remove(one.id, one);
        lock.lock();
        try {
            waiting.computeIfPresent(one.account, (account, all) -> all.remove(one) && all.isEmpty() ? null : all);
        } finally {
            lock.unlock();
        }
        return true;
    }

    /** Whether there is one with that id that nobody has taken. */
    public boolean isWaiting(String id) {
        return byId.containsKey(id);
    }

    /** How many stanzas of its client were handled on a stream that is over; -1 if that is not known, or not for this account. */
    long handled(String id, Jid account) {
        lock.lock();
        try {
            Handled last = id == null ? null : remembered.get(id);
            return last != null && last.account().equals(account) ? last.count() : -1;
        } finally {
            lock.unlock();
        }
    }

    /** Its connection is over, and it waits for its client; the oldest of the account no longer, if there are too many. */
    void suspended(Resumption one, Suspended left) {
        Resumption tooMany = null;
        lock.lock();
        try {
            Deque<Resumption> all = waiting.computeIfAbsent(one.account, account -> new ArrayDeque<>(1));
            if (!one.taken.get()) { // else its client is here already
                all.add(one);
            }
            if (all.size() > MOST_WAITING) {
                tooMany = all.peek();
            }
            if (all.isEmpty()) {
                waiting.remove(one.account);
            }
        } finally {
            lock.unlock();
        }
        one.alarm = timer.apply(one.atMost, () -> expire(one)); // before anybody can go on with it
        one.suspended.complete(left);
        if (tooMany != null) {
            LOG.debug("{}: more than {} streams wait for their clients; the oldest ends", one.account, MOST_WAITING);
            expire(tooMany);
        }
    }

    /** Its connection is over, and so is the session. */
    void forget(Resumption one) {
        byId.remove(one.id, one);
        one.suspended.completeExceptionally(new IOException("the stream has ended"));
    }

    /** Who took it went away before it could go on: it waits for its client again, unless it has expired meanwhile. */
    void giveBack(Resumption one) {
        lock.lock();
        try {
            byId.put(one.id, one);
            if (one.suspended.isDone()) { // else it is added when its connection is over
                waiting.computeIfAbsent(one.account, account -> new ArrayDeque<>(1))
                        .add(one);
            }
            one.taken.set(false); // last: who takes it now finds it everywhere
        } finally {
            lock.unlock();
        }
        if (one.expired) { // while it was taken
            expire(one);
        }
    }

    /** Its client does not come back, or may not; unless it did already. */
    void expire(Resumption one) {
        one.expired = true; // before, so that it is seen when it is given back
        if (take(one)) {
            abandon(one);
        }
    }

    /** A stream that was taken does not go on. */
    void abandon(Resumption one) {
        one.suspended.thenAccept(left -> {
            one.alarm.cancel(false);
            LOG.debug("{} did not come back", left.session().jid());
            remember(one, left.handled());
            end(left);
        });
    }

    private void remember(Resumption one, long handled) {
        lock.lock();
        try {
            if (!one.forgotten) {
                remembered.put(one.id, new Handled(one.account, handled));
            }
            if (remembered.size() > MOST_REMEMBERED) {
                remembered.remove(remembered.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    /** A stream that was taken cannot go on. */
    void end(Resumption taken, Suspended left) {
        taken.alarm.cancel(false);
        end(left);
    }

    private void end(Suspended left) {
        left.heap().release();
        end(left.session(), List.of());
    }

    /** A session whose stream cannot wait for its client. @param unsent what the session has not been told of yet */
    public void end(ClientSession session, List<Outbound> unsent) {
        try {
            CompletableFuture<Void> over =
                    session.ended(CloseReason.CUT, unsent).toCompletableFuture();
            ending.add(over);
            over.whenComplete((done, problem) -> ending.remove(over));
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LOG.error("the session {} failed to end", session.jid(), e);
        }
    }

    /** Nothing of that account is resumed from here on, and nobody learns what it had done. */
    public void forget(Jid account) {
        byId.values().stream().filter(one -> one.account.equals(account)).forEach(this::removed);
        lock.lock();
        try {
            remembered.values().removeIf(handled -> handled.account().equals(account));
        } finally {
            lock.unlock();
        }
    }

    /** Its account was removed: it is not resumed, not even by who has taken it and cannot go on yet, and nothing is told of it. */
    void removed(Resumption one) {
        one.forgotten = true;
        expire(one);
    }

    /** All that wait expire. @return completes when their sessions have been put away */
    public CompletableFuture<Void> stop() {
        byId.values().forEach(this::expire);
        return CompletableFuture.allOf(ending.toArray(CompletableFuture[]::new));
    }
}
