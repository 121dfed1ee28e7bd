package im.restante.internal.c2s;

import im.restante.jid.Jid;
import im.restante.session.ClientConnection;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.stanza.Iq;
import im.restante.stanza.Stanza;
import im.restante.xml.StreamCondition;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sessions that a test looks into. By default they answer every IQ request and swallow the rest. */
final class FakeSessions implements SessionManager {
    final BlockingQueue<Session> bound = new LinkedBlockingQueue<>();
    volatile BiFunction<Session, Stanza, CompletionStage<Outcome>> behaviour =
            (session, stanza) -> CompletableFuture.completedFuture(
                    stanza instanceof Iq iq && iq.isRequest()
                            ? new Outcome.Answer(iq.result().element())
                            : Outcome.DONE);
    volatile Throwable refusal;

    /** When a session can be bound. */
    volatile CompletableFuture<Void> bindable = CompletableFuture.completedFuture(null);

    /** What somebody sends the moment a session is there; null for nothing. */
    volatile String greeting;

    final class Session implements ClientSession {
        final Jid jid;
        volatile ClientConnection link;
        final BlockingQueue<Stanza> received = new LinkedBlockingQueue<>();
        final CompletableFuture<CloseReason> ending = new CompletableFuture<>();
        volatile List<Outbound> unsent;
        final BlockingQueue<List<Outbound>> suspensions = new LinkedBlockingQueue<>();
        final BlockingQueue<List<Long>> resumptions = new LinkedBlockingQueue<>();
        volatile CompletionStage<Void> putAway = CompletableFuture.completedFuture(null);
        /** Why it cannot wait for its client; null if it can. */
        volatile Throwable fault;
        /** Why it cannot go on with its client; null if it can. */
        volatile Throwable faultOfReturn;
        /** What it does first when its client is back. */
        volatile Consumer<ClientConnection> whenResumed = back -> {};

        Session(Jid jid, ClientConnection link) {
            this.jid = jid;
            this.link = link;
        }

        @Override
        public Jid jid() {
            return jid;
        }

        @Override
        public CompletionStage<Outcome> accept(Stanza stanza) {
            received.add(stanza);
            return behaviour.apply(this, stanza);
        }

        @Override
        public CompletionStage<Void> ended(CloseReason how, List<Outbound> left) {
            unsent = left;
            if (!ending.complete(how)) {
                throw new AssertionError("ended twice");
            }
            return putAway;
        }

        @Override
        public CompletionStage<Void> suspended(Supplier<List<Outbound>> left) {
            suspensions.add(left.get());
            fail(fault);
            return putAway;
        }

        @Override
        public void resumed(ClientConnection back, Collection<Long> has, List<Outbound> again) {
            fail(faultOfReturn);
            whenResumed.accept(back);
            again.forEach(back::offer);
            link = back;
            resumptions.add(List.copyOf(has));
        }

        boolean send(String xml) {
            return link.offer(Outbound.of(xml.getBytes(StandardCharsets.UTF_8)));
        }

        Stanza next() throws InterruptedException {
            Stanza stanza = received.poll(20, TimeUnit.SECONDS);
            if (stanza == null) {
                throw new AssertionError("no stanza came");
            }
            return stanza;
        }

        CloseReason end() throws Exception {
            return ending.get(20, TimeUnit.SECONDS);
        }
    }

    private static void fail(Throwable fault) {
        if (fault instanceof Error error) {
            throw error;
        }
        if (fault instanceof RuntimeException exception) {
            throw exception;
        }
    }

    @Override
    public CompletionStage<ClientSession> bind(Jid account, String resource, ClientConnection link) {
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        Session session = new Session(account.withResource(resource == null ? "made-up" : resource), link);
        bound.add(session);
        if (greeting != null) {
            session.send(greeting);
        }
        return bindable.thenApply(now -> session);
    }

    @Override
    public List<SessionInfo> sessions() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> end(Jid session, StreamCondition condition, String text) {
        throw new UnsupportedOperationException();
    }

    Session next() throws InterruptedException {
        Session session = bound.poll(20, TimeUnit.SECONDS);
        if (session == null) {
            throw new AssertionError("nobody bound a resource");
        }
        return session;
    }
}
