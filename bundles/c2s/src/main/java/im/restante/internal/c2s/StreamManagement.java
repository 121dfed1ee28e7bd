package im.restante.internal.c2s;

import im.restante.internal.c2s.OutboundQueue.Unproved;
import im.restante.internal.c2s.Resumptions.Resumption;
import im.restante.internal.c2s.Resumptions.Suspended;
import im.restante.internal.c2s.SentStanzas.Sent;
import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.session.Outbound;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlStreamException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
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
final class StreamManagement {
    private static final Logger LOG = LoggerFactory.getLogger(StreamManagement.class);
    private static final long MODULO = 0xffff_ffffL;

    private final Connection connection;
    private final Server server;
    private final OutboundQueue out;
    private final PendingOutcomes pending;
    private final AtomicBoolean behind = new AtomicBoolean();
    private final ReentrantLock counting = new ReentrantLock();

    /** Null while this stream cannot be resumed. */
    private volatile Resumption resumption;

    /** Stanzas that came before stream management was enabled; -1 until then. */
    private volatile long uncounted = -1;

    /** Stanzas that the connections before this one have handled, of a stream that was resumed. */
    private volatile long handledBefore;

    /** Stanzas up to which an acknowledgement was asked for. */
    private volatile long owed;

    StreamManagement(Connection connection, Server server, OutboundQueue out, PendingOutcomes pending) {
        this.connection = connection;
        this.server = server;
        this.out = out;
        this.pending = pending;
    }

    boolean isEnabled() {
        return uncounted >= 0;
    }

    boolean isResumable() {
        return resumption != null;
    }

    /** Its client is not waited for any longer. */
    void expire() {
        Resumption open = resumption;
        if (open != null) {
            server.resumptions().expire(open);
        }
    }

    /** It has ended; there is nothing to resume. */
    void forget() {
        Resumption open = resumption;
        if (open != null) {
            server.resumptions().forget(open);
        }
    }

    /** An element of the client's. */
    void handle(Element element) throws XmlStreamException {
        switch (element.name()) {
            case "enable" -> {
                if (uncounted >= 0) {
                    throw new XmlStreamException(StreamCondition.POLICY_VIOLATION, "stream management is on already");
                }
                uncounted = pending.begun();
                enable(element);
            }
            case "resume" -> control(StreamXml.failed(StanzaError.Condition.UNEXPECTED_REQUEST));
            case "r" -> {
                checkEnabled();
                catchUp(acknowledge());
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
        C2sConfig config = server.config();
        if (!"true".equals(wish) && !"1".equals(wish) || config.resumeTimeout().isZero()) {
            out.enable(StreamXml.enabled(), new SentStanzas(0));
            return;
        }
        long most = config.resumeTimeout().toSeconds();
        long asked = number(request.attribute("max"));
        Duration atMost = Duration.ofSeconds(asked > 0 ? Math.min(asked, most) : most);
        Resumption opened = server.resumptions().open(connection.session().jid().bare(), atMost, connection);
        resumption = opened;
        out.enable(StreamXml.enabled(opened.id(), atMost), new SentStanzas(0, config.outboundBytes()));
    }

    /**
     * Goes on with a stream whose connection was cut, or is dead without our knowing. Waits until everything that came on it is
     * final. Reader's thread.
     *
     * @return false if there is none that this account may resume, which the client has been told
     */
    boolean resume(Element request, Jid account) throws XmlStreamException, InterruptedException {
        long h = number(request.attribute("h"));
        if (h < 0) {
            throw new XmlStreamException(StreamCondition.BAD_FORMAT, "h must be a number below 2^32");
        }
        String id = request.attribute("previd");
        Resumption found = server.resumptions().take(id, account);
        Suspended left = found == null ? null : awaitSuspended(found, account);
        if (left == null) {
            out.sendNow(StreamXml.notFound(server.resumptions().handled(id, account)));
            return false;
        }
        SentStanzas sent = left.sent();
        List<Sent> unproved = sent.unacknowledged();
        List<Long> rows = sent.lastRows();
        if (!sent.acknowledge(h)) {
            server.resumptions().end(left.session());
            connection.close(StreamXml.handledTooMuch(h, sent.count() & MODULO));
            return false;
        }
        goOn(found, left, rows, unproved);
        return true;
    }

    /** Null if it cannot be resumed. Whatever keeps this one from going on with a session that was taken ends that session. */
    private Suspended awaitSuspended(Resumption found, Jid account) throws InterruptedException {
        try {
            found.connection().replaced();
            Suspended left = found.suspended().get();
            left.durable().toCompletableFuture().get();
            return left;
        } catch (ExecutionException e) {
            LOG.debug("{}: a stream of {} cannot be resumed: {}", connection.remote(), account, e.getMessage());
            server.resumptions().abandon(found);
            return null;
        } catch (InterruptedException e) {
            server.resumptions().abandon(found);
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
        connection.bound(left.session());
        resumption = server.resumptions().again(found, connection);
        out.cork(); // what tells the client goes before what it had not got
        left.session().resumed(connection, received, again);
        out.resume(
                StreamXml.resumed(found.id(), left.handled()),
                new SentStanzas(sent.acknowledged(), server.config().outboundBytes()));
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
        if (!out.control(xml, 2 * server.config().outboundLimit())) {
            connection.close(StreamCondition.RESOURCE_CONSTRAINT, "too much waits to be read");
        }
    }

    /**
     * Says how many of the client's stanzas are final without a gap. Never goes back, whoever says it.
     *
     * @return how many of this connection's that covers
     */
    private long acknowledge() {
        counting.lock();
        try {
            long settled = pending.settled();
            control(("<a xmlns='" + StreamXml.SM + "' h='" + handled(settled) + "'/>")
                    .getBytes(StandardCharsets.US_ASCII));
            return settled;
        } finally {
            counting.unlock();
        }
    }

    private long handled(long settled) {
        return handledBefore + Math.max(0, settled - uncounted) & MODULO;
    }

    /**
     * If what was said was short, says it again when everything that has come by now is final; one such promise at a time.
     *
     * @param said how many were covered: by now it may be more, but the client does not know
     */
    private void catchUp(long said) {
        owed = pending.begun();
        promise(said);
    }

    private void promise(long said) {
        if (said < owed && behind.compareAndSet(false, true)) {
            pending.afterPending(this::caughtUp);
        }
    }

    private void caughtUp() {
        behind.set(false);
        promise(acknowledge());
    }

    /** What the client has. */
    void acknowledged(Element element) throws XmlStreamException {
        long h = number(element.attribute("h"));
        if (h < 0) {
            throw new XmlStreamException(StreamCondition.BAD_FORMAT, "h must be a number below 2^32");
        }
        long sent = out.acknowledge(h);
        if (sent >= 0) {
            LOG.info("{}: has acknowledged {} of {} stanzas: ends", connection.remote(), h, sent);
            connection.close(StreamXml.handledTooMuch(h, sent & MODULO));
        }
    }

    /** @return -1 for what is no unsigned number of 32 bits */
    private static long number(String text) {
        try {
            return text == null ? -1 : Integer.toUnsignedLong(Integer.parseUnsignedInt(text.trim()));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The connection was cut: leaves the stream to its client's next one. Everything that came is final. */
    void suspend() {
        Resumption open = resumption;
        ClientSession cut = connection.session();
        AtomicReference<Unproved> unproved = new AtomicReference<>();
        try {
            CompletionStage<Void> durable = cut.suspended(() -> {
                unproved.set(out.end(false));
                return unproved.get().live();
            });
            Unproved left = unproved.get();
            if (left.sent() == null) { // more than could be kept: not resumable after all
                server.resumptions().forget(open);
                server.resumptions().end(cut);
            } else {
                server.resumptions()
                        .suspended(
                                open,
                                new Suspended(cut, handled(pending.settled()), left.sent(), left.waiting(), durable));
            }
        } catch (RuntimeException e) {
            LOG.error("{}: the session failed to wait for its client, and ends", connection.remote(), e);
            server.resumptions().forget(open);
            List<Outbound> unsent = unproved.get() == null
                    ? out.end(false).live()
                    : unproved.get().live();
            server.resumptions().end(cut, unsent); // what went back to the spool already is known there
        }
    }
}
