package im.restante.internal.c2s;

import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.session.Ending;
import im.restante.session.Outbound;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that can be resumed (XEP-0198 §5): those that live, and those whose connection was cut and whose client may still
 * come back. Each comes to exactly one end: it is taken by its client on another connection, or it expires. Safe for concurrent
 * use.
 */
final class Resumptions {
    private static final Logger log = LoggerFactory.getLogger(Resumptions.class);

    private final ConcurrentHashMap<String, Resumption> byId = new ConcurrentHashMap<>();
    private final Set<CompletableFuture<Void>> ending = ConcurrentHashMap.newKeySet();
    private final BiConsumer<Duration, Runnable> timer;

    /** One stream under the id that its client knows. */
    static final class Resumption {
        private final String id;
        private final Jid account;
        private final Duration atMost;
        private final Connection connection;
        private final CompletableFuture<Suspended> suspended = new CompletableFuture<>();
        private final AtomicBoolean taken = new AtomicBoolean();

        private Resumption(String id, Jid account, Duration atMost, Connection connection) {
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
        Connection connection() {
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
     */
    record Suspended(
            ClientSession session,
            long handled,
            SentStanzas sent,
            List<Outbound> waiting,
            CompletionStage<Void> durable) {}

    /** @param timer runs a task after a delay */
    Resumptions(BiConsumer<Duration, Runnable> timer) {
        this.timer = timer;
    }

    /** A stream that can be resumed from now on, by this account only. */
    Resumption open(Jid account, Duration atMost, Connection connection) {
        return open(StreamXml.randomId(), account, atMost, connection);
    }

    /** The stream goes on, on another connection, under the id it had. */
    Resumption again(Resumption before, Connection connection) {
        return open(before.id, before.account, before.atMost, connection);
    }

    private Resumption open(String id, Jid account, Duration atMost, Connection connection) {
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
        byId.remove(one.id, one);
        return one.taken.compareAndSet(false, true);
    }

    /** Its connection is over, and it waits for its client. */
    void suspended(Resumption one, Suspended left) {
        one.suspended.complete(left);
        timer.accept(one.atMost, () -> expire(one));
    }

    /** Its connection is over, and so is the session. */
    void forget(Resumption one) {
        byId.remove(one.id, one);
        one.suspended.completeExceptionally(new IOException("the stream has ended"));
    }

    /** Its client does not come back, or may not; unless it did already. */
    void expire(Resumption one) {
        if (take(one)) {
            one.suspended.thenAccept(left -> {
                log.debug("{} did not come back", left.session().jid());
                end(left.session());
            });
        }
    }

    /** The session of a stream that was taken and cannot go on. */
    void end(ClientSession session) {
        CompletableFuture<Void> over = session.ended(Ending.CUT, List.of()).toCompletableFuture();
        ending.add(over);
        over.whenComplete((done, problem) -> ending.remove(over));
    }

    /** All that wait expire. @return completes when their sessions have been put away */
    CompletableFuture<Void> stop() {
        byId.values().forEach(this::expire);
        return CompletableFuture.allOf(ending.toArray(CompletableFuture[]::new));
    }
}
