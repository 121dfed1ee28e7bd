package im.restante.streammanagement;

import static java.util.Objects.requireNonNull;

import im.restante.internal.support.Lexical;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.session.Outbound;
import im.restante.stanza.StanzaError;
import im.restante.streammanagement.OutboundQueue.Unproved;
import im.restante.streammanagement.Resumptions.Resumption;
import im.restante.streammanagement.Resumptions.Suspended;
import im.restante.streammanagement.SentStanzas.Sent;
import im.restante.xml.Element;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlStreamException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stream management of one connection (XEP-0198): what the client has sent is counted and acknowledged here, what it was sent in
 * {@link SentStanzas}; a stream whose connection was cut is taken over, or left to be taken over. On the reader's thread but for
 * acknowledgements that were promised.
 */
public final class StreamManagement {
    private static final Logger LOG = LoggerFactory.getLogger(StreamManagement.class);
    private static final long MODULO = 0xffff_ffffL;

    /** Requests that may wait to be answered; with one more the oldest is answered at once. */
    private static final int MOST_REQUESTS = 1_024;

    private final ManagedConnection connection;
    private final ManagedStreams streams;
    private final OutboundQueue out;
    private final PendingOutcomes pending;
    private final ReentrantLock counting = new ReentrantLock();
    /** Requests that wait for what came before them, oldest first; under the lock. */
    private final ArrayDeque<Request> asked = new ArrayDeque<>(0);

    /** Null while this stream cannot be resumed. */
    private volatile Resumption resumption;

    /** What this connection wants to go on with; null before. */
    private volatile Resumption awaited;

    /** Stanzas that came before stream management was enabled; -1 until then. */
    private volatile long uncounted = -1;

    /** Stanzas that the connections before this one have handled, of a stream that was resumed. */
    private volatile long handledBefore;

    // Under the lock, in numbers of this connection:
    /** Stanzas that the last acknowledgement covered. */
    private long said;
    /** Stanzas for which an acknowledgement was asked, but not given in time. */
    private long owed;
    /** Whether this is told when what is asked for, or owed, is final. */
    private boolean promised;
    /** Whether the timer looks after the oldest request. */
    private boolean timed;

    /**
     * The client has asked for an acknowledgement.
     *
     * @param upTo     number of the last stanza before it
     * @param deadline by {@link System#nanoTime()}
     */
    private record Request(long upTo, long deadline) {}

    public StreamManagement(
            ManagedConnection connection, ManagedStreams streams, OutboundQueue out, PendingOutcomes pending) {
        this.connection = connection;
        this.streams = streams;
        this.out = out;
        this.pending = pending;
    }

    public boolean isEnabled() {
        return uncounted >= 0;
    }

    public boolean isResumable() {
        return resumption != null;
    }

    /** Its client is not waited for any longer. */
    public void expire() {
        Resumption open = resumption;
        if (open != null) {
            streams.resumptions().expire(open);
        }
    }

    /** Of a client that has no session yet. */
    public void accountRemoved() {
        Resumption wanted = awaited;
        if (wanted != null) {
            streams.resumptions().removed(wanted);
        }
    }

    /** It has ended; there is nothing to resume. */
    public void forget() {
        Resumption open = resumption;
        if (open != null) {
            streams.resumptions().forget(open);
        }
    }

    /** An element of the client's. */
    public void handle(Element element) throws XmlStreamException {
        switch (element.name()) {
            case "enable" -> {
                if (uncounted >= 0) {
                    throw new XmlStreamException(StreamCondition.POLICY_VIOLATION, "stream management is on already");
                }
                uncounted = pending.begun();
                enable(element);
            }
            case "resume" -> control(ManagementXml.failed(StanzaError.Condition.UNEXPECTED_REQUEST));
            case "r" -> {
                checkEnabled();
                asks();
            }
            case "a" -> {
                checkEnabled();
                acknowledged(element);
            }
            default -> throw new XmlStreamException(StreamCondition.UNSUPPORTED_STANZA_TYPE, "not of XEP-0198");
        }
    }

    private void enable(Element request) {
        String wish = request.attribute("resume");
        StreamBounds bounds = streams.bounds();
        if (!"true".equals(wish) && !"1".equals(wish) || bounds.resumeTimeout().isZero()) {
            out.enable(ManagementXml.enabled(), new SentStanzas(0));
            return;
        }
        long most = bounds.resumeTimeout().toSeconds();
        long asked = number(request.attribute("max"));
        Duration atMost = Duration.ofSeconds(asked > 0 ? Math.min(asked, most) : most);
        Resumption opened =
                streams.resumptions().open(connection.session().jid().bare(), atMost, connection);
        resumption = opened;
        out.enable(ManagementXml.enabled(opened.id(), atMost), new SentStanzas(0, bounds.bytes()));
    }

    /**
     * Goes on with a stream whose connection was cut, or is dead without our knowing. Waits until everything that came on it is
     * final. Reader's thread.
     *
     * @return false if there is none that this account may resume, which the client has been told
     */
    public boolean resume(Element request, Jid account) throws XmlStreamException, InterruptedException {
        long h = number(request.attribute("h"));
        if (h < 0) {
            throw new XmlStreamException(StreamCondition.BAD_FORMAT, "h must be a number below 2^32");
        }
        String id = request.attribute("previd");
        Resumption found = streams.resumptions().take(id, account);
        Suspended left = found == null ? null : awaitSuspended(found, account);
        if (left == null) {
            out.sendNow(ManagementXml.notFound(streams.resumptions().handled(id, account)));
            return false;
        }
        SentStanzas sent = left.sent();
        List<Sent> unproved = sent.unacknowledged();
        List<Long> rows = sent.lastRows();
        if (!sent.acknowledge(h)) {
            streams.resumptions().end(found, left);
            connection.handledTooMuch(h, sent.count() & MODULO);
            return false;
        }
        connection.bound(left.session()); // from here on it ends with this connection, whatever happens
        try {
            goOn(found, left, rows, unproved);
        } finally {
            left.heap().release();
        }
        return true;
    }

    /**
     * Null if it cannot be resumed, or if this connection ends before it is known; then it waits for its client as before. Whatever
     * else keeps this one from going on with a session that was taken ends that session.
     */
    private Suspended awaitSuspended(Resumption found, Jid account) throws InterruptedException {
        try {
            awaited = found;
            found.connection().replaced();
            CompletableFuture<Suspended> left = new CompletableFuture<>();
            found.suspended()
                    .thenCompose(suspended -> suspended.durable().thenApply(done -> suspended))
                    .whenComplete((suspended, problem) -> {
                        if (problem == null) {
                            left.complete(suspended);
                        } else {
                            left.completeExceptionally(problem);
                        }
                    });
            connection
                    .over()
                    .thenRun(
                            () -> { // before its client is told, which may come again at once
                                if (left.complete(null)) {
                                    LOG.debug(
                                            "{}: ends before a stream of {} can be resumed",
                                            connection.remote(),
                                            account);
                                    streams.resumptions().giveBack(found);
                                }
                            });
            Suspended suspended = left.get();
            if (suspended == null || !connection.isClosing()) {
                return suspended;
            }
            streams.resumptions().giveBack(found); // on a connection that ends it would end too
            return null;
        } catch (ExecutionException e) {
            LOG.debug(
                    "{}: a stream of {} cannot be resumed: {}",
                    connection.remote(),
                    account,
                    Printable.line(e.getMessage()));
            streams.resumptions().abandon(found);
            return null;
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            streams.resumptions().abandon(found);
            throw e;
        }
    }

    private void goOn(Resumption found, Suspended left, List<Long> rows, List<Sent> unproved) {
        SentStanzas sent = left.sent();
        List<Long> received = Stream.concat(
                        rows.stream(),
                        unproved.stream()
                                .filter(one -> one.number() <= sent.acknowledged() && one.row() != 0)
                                .map(Sent::row))
                .toList();
        List<Outbound> again = Stream.concat(
                        sent.unacknowledged().stream()
                                .filter(one -> one.row() == 0)
                                .map(Sent::stanza),
                        left.waiting().stream())
                .toList();
        handledBefore = left.handled();
        uncounted = pending.begun();
        resumption = streams.resumptions().again(found, connection);
        out.corkResumed(); // what tells the client goes before what it had not got
        left.session().resumed(connection, received, again);
        out.resume(
                ManagementXml.resumed(found.id(), left.handled()),
                new SentStanzas(sent.acknowledged(), streams.bounds().bytes()));
        LOG.debug(
                "{}: {} has resumed, {} of its stanzas were not acknowledged",
                connection.remote(),
                connection.session().jid(),
                unproved.size());
    }

    private void checkEnabled() throws XmlStreamException {
        if (uncounted < 0) {
            throw new XmlStreamException(StreamCondition.UNSUPPORTED_STANZA_TYPE, "stream management is not enabled");
        }
    }

    private void control(byte[] xml) {
        if (!out.control(xml, 2 * streams.bounds().limit())) {
            connection.close(StreamCondition.RESOURCE_CONSTRAINT, "too much waits to be read");
        }
    }

    /**
     * Each request is answered once: when what came before it is final, but in {@link ManagedStreams#answerWithin} at the latest, and then
     * the rest is told unasked. Reader's thread.
     */
    private void asks() {
        counting.lock();
        try {
            if (asked.size() >= MOST_REQUESTS) {
                answer(asked.poll());
            }
            asked.add(new Request(
                    pending.begun(), System.nanoTime() + streams.answerWithin().toNanos()));
        } finally {
            counting.unlock();
        }
        answerDue(false);
    }

    /** Answers everybody: nothing can be said afterwards. */
    public void answerAll() {
        answerDue(true);
    }

    private void answerDue(boolean all) {
        Request next;
        long promise = -1;
        boolean time;
        counting.lock();
        try {
            long settled = pending.settled();
            long now = System.nanoTime();
            next = asked.peek();
            while (next != null && (all || next.upTo() <= settled || next.deadline() - now <= 0)) {
                answer(asked.poll());
                next = asked.peek();
            }
            if (next == null && said < owed && owed <= pending.settled()) {
                acknowledge();
            }
            if (!promised && (next != null || said < owed)) {
                promised = true;
                promise = next == null ? owed : next.upTo();
            }
            time = next != null && !timed;
            timed |= time;
        } finally {
            counting.unlock();
        }
        if (time) {
            streams.later(Duration.ofNanos(Math.max(0, next.deadline() - System.nanoTime())), this::timeIsUp);
        }
        if (promise >= 0) {
            pending.afterPending(promise, this::isFinal);
        }
    }

    /** Under the lock. */
    private void answer(Request request) {
        acknowledge();
        if (said < request.upTo()) {
            owed = request.upTo();
        }
    }

    private void timeIsUp() {
        counting.lock();
        try {
            timed = false;
        } finally {
            counting.unlock();
        }
        answerDue(false);
    }

    private void isFinal() {
        counting.lock();
        try {
            promised = false;
        } finally {
            counting.unlock();
        }
        answerDue(false);
    }

    /** Says how many of the client's stanzas are final without a gap. Under the lock, so that it never goes back. */
    private void acknowledge() {
        said = pending.settled();
        control(("<a xmlns='" + ManagementXml.NAMESPACE + "' h='" + handled(said) + "'/>")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private long handled(long settled) {
        return handledBefore + Math.max(0, settled - uncounted) & MODULO;
    }

    /** What the client has. */
    public void acknowledged(Element element) throws XmlStreamException {
        long h = number(element.attribute("h"));
        if (h < 0) {
            throw new XmlStreamException(StreamCondition.BAD_FORMAT, "h must be a number below 2^32");
        }
        long sent = out.acknowledge(h);
        if (sent >= 0) {
            LogLimit limit = streams.lines().of("too-much");
            if (limit.isDue()) {
                LOG.info("{}: has acknowledged {} of {} stanzas: ends{}", connection.remote(), h, sent, limit.more());
            }
            connection.handledTooMuch(h, sent & MODULO);
        }
    }

    /** @return -1 for what is no unsigned number of 32 bits */
    private static long number(String text) {
        return text == null ? -1 : Lexical.unsigned(Lexical.collapsed(text), MODULO);
    }

    /**
     * The connection was cut: leaves the stream to its client's next one. Everything that came is final. A session that fails here
     * ends, and whoever waits to resume it is told.
     */
    public void suspend() {
        Resumption open = resumption;
        ClientSession cut = connection.session();
        AtomicReference<Unproved> unproved = new AtomicReference<>();
        try {
            CompletionStage<Void> durable = requireNonNull(
                    cut.suspended(() -> {
                        unproved.set(out.end(false, true));
                        return unproved.get().live();
                    }),
                    "what completes when it is durable");
            if (unproved.get() == null) { // not asked for, as of an account that was removed
                unproved.set(out.end(false, true));
            }
            Unproved left = unproved.get();
            if (left.sent() == null) { // more than could be kept: not resumable after all
                streams.resumptions().forget(open);
                streams.resumptions().end(cut, List.of());
            } else {
                streams.resumptions()
                        .suspended(
                                open,
                                new Suspended(
                                        cut,
                                        handled(pending.settled()),
                                        left.sent(),
                                        left.waiting(),
                                        durable,
                                        left.heap()));
            }
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LOG.error("{}: the session failed to wait for its client, and ends", connection.remote(), e);
            streams.resumptions().forget(open);
            Unproved left = unproved.get() == null ? out.end(false, false) : unproved.get();
            left.heap().release();
            streams.resumptions().end(cut, left.live()); // what went back to the spool already is known there
        }
    }
}
