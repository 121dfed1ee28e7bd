package im.restante.internal.c2s;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.internal.support.RandomId;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.session.ProofPolicy;
import im.restante.stanza.Iq;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.store.StoredMessage;
import im.restante.streammanagement.Clocks;
import im.restante.streammanagement.ManagedConnection;
import im.restante.streammanagement.ManagementXml;
import im.restante.streammanagement.OutboundHeap;
import im.restante.streammanagement.OutboundQueue;
import im.restante.streammanagement.OutboundQueue.Offer;
import im.restante.streammanagement.PendingOutcomes;
import im.restante.streammanagement.Proofs;
import im.restante.streammanagement.StreamManagement;
import im.restante.streammanagement.Timeouts;
import im.restante.xml.Element;
import im.restante.xml.HeapBudget;
import im.restante.xml.Namespaces;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection from the first byte to the last. {@link #run} is the life of its reader thread: negotiation, stanzas,
 * goodbye, and whatever the way it ends, exactly one {@link ClientSession#ended}. Other threads queue, or ask it to end.
 */
final class Connection implements ManagedConnection, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** What a client gets to read our last words and to close its side. */
    static final Duration GRACE = Duration.ofSeconds(2);

    /** What a connection gets to say that its stream goes on elsewhere; mostly it is dead. */
    private static final Duration REPLACED = Duration.ofMillis(250);

    /** What a client that said goodbye gets to read the rest. */
    private static final Duration LAST_FLUSH = Duration.ofSeconds(5);

    private static final long LAST_VERDICTS_SECONDS = 60;
    /** What part of {@code outbound-bytes} may wait to be read before its client is asked what it wants next. */
    private static final int READER_WAITS_AT = 4;

    private static final int SEND_BUFFER_BYTES = 256 * 1024;
    private static final CompletableFuture<Outcome> SWALLOWED = CompletableFuture.completedFuture(Outcome.DONE);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] ALPN = {"xmpp-client"};

    private final Server server;
    private final Socket socket;
    private final boolean directTls;
    private final ClientAddress clientAddress;
    private final String remote;
    private final Pacer pacer;
    private final ReaderTurns.Turn turn;
    private final AtomicReference<CloseReason> closing = new AtomicReference<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final Proofs proofs = new Proofs(fault -> failed("telling what a client has got failed", fault));
    private final OutboundQueue out;
    private final PendingOutcomes pending;
    private final StreamManagement management;
    private volatile HandledStream stream;
    private final Clocks clocks;
    private final AtomicBoolean refusalSaid = new AtomicBoolean();

    private volatile SSLSocket secure;
    private volatile CountingInput in;
    private PacedInput wire;
    private volatile boolean handshaking;
    private volatile boolean leaving;
    private volatile boolean stopping;
    private volatile boolean aborted;
    private volatile String pingId;
    private volatile ClientSession session;
    /** Cuts the connection if it has not ended by itself by then. */
    private volatile Future<?> lastAlarm = CompletableFuture.completedFuture(null);

    /** Whose credentials it was compared with, or is being; null while there is no login. */
    private volatile Jid account;

    /** Default language of the client's stanzas (RFC 6120 §8.1.5); null if it named none. Reader's thread only. */
    private String language;

    private final HeapBudget heap;
    private StanzaReader reader;
    private long counted;
    private GatedInput gate;

    Connection(Server server, Socket socket, boolean directTls, ClientAddress clientAddress) {
        this.server = server;
        this.socket = socket;
        this.directTls = directTls;
        this.clientAddress = clientAddress;
        this.remote = clientAddress.remote();
        this.pacer = new Pacer(clientAddress::rates, System::nanoTime);
        this.turn = server.turns().of(clientAddress.network());
        this.heap = server.heap().share();
        this.out = new OutboundQueue(
                new SocketWire(),
                server.writers(),
                proofs,
                new OutboundHeap(server.unread().share(), server.unproved().share()));
        this.pending = new PendingOutcomes(
                answer -> server.codec().serialize(answer, Namespaces.CLIENT),
                answer -> offer(Outbound.of(answer)),
                fault -> failed("judging a stanza, or what follows it, failed", fault),
                () -> close(StreamCondition.RESOURCE_CONSTRAINT, "too many answers wait for what was asked before"),
                server.unread().share(),
                server.streams());
        this.management = new StreamManagement(this, server.streams(), out, pending);
        this.stream = new HandledStream(this, server);
        this.clocks = new Clocks(remote, new Watch(), out, proofs, server.streams());
    }

    @Override
    public void run() {
        boolean orderly = false;
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSendBufferSize(SEND_BUFFER_BYTES);
            wire = new PacedInput(socket.getInputStream(), pacer, turn);
            in = new CountingInput(wire, 0);
            Map<String, byte[]> bindings = directTls ? startTls() : Map.of();
            Negotiation negotiation = new Negotiation(server, this, bindings);
            StanzaReader reader = negotiation.run();
            if (reader != null) {
                language = negotiation.language();
                converse(reader);
            }
            orderly = goodbye();
        } catch (XmlStreamException e) {
            LOG.debug("{}: {}: {}", remote, e.condition(), Printable.line(e.getMessage()));
            close(e.condition(), Printable.line(e.getMessage()));
            linger();
        } catch (IOException e) {
            LOG.debug("{}: {}", remote, e.getClass().getSimpleName());
            linger();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            failed("a fault of the server ends the connection", e);
            linger();
        } finally {
            closeReader();
            finish(orderly);
        }
    }

    private void converse(StanzaReader reader) throws IOException, XmlStreamException, InterruptedException {
        ClientSession bound = session;
        for (Element element = reader.next(); element != null; element = reader.next()) {
            if (closing.get() == null && !stopping) {
                handle(bound, element);
                turn.pause();
                pending.awaitRoom();
                out.awaitRead(server.config().outboundBytes() / READER_WAITS_AT);
                pacer.stanza();
                turn.resume();
            } else if (element.is(ManagementXml.NAMESPACE, "a")) {
                management.acknowledged(element); // what it has need not come twice
            } else if (element.is(Namespaces.CLIENT, "iq")) {
                isAnswerToPing(element);
            }
        }
    }

    private void handle(ClientSession bound, Element element) throws XmlStreamException, InterruptedException {
        if (element.namespace().equals(ManagementXml.NAMESPACE)) {
            management.handle(element);
            counted = in.count(); // or the next stanza would pay for it
            return;
        }
        if (!element.namespace().equals(Namespaces.CLIENT) && stream.handled(element)) {
            counted = in.count();
            return;
        }
        checkFrom(bound.jid(), element);
        if (element.name().equals("iq") && isAnswerToPing(element)) {
            pending.begin();
            pending.add(SWALLOWED, 0, null);
            return;
        }
        Element stamped = language == null ? element : withLanguage(element);
        Stanza stanza;
        CompletionStage<Outcome> outcome = null;
        try {
            stanza = Stanza.of(stamped)
                    .orElseThrow(() -> new XmlStreamException(
                            StreamCondition.UNSUPPORTED_STANZA_TYPE, "neither message nor presence nor iq"));
        } catch (InvalidJidException e) {
            stanza = null;
            outcome = CompletableFuture.completedFuture(malformedAddress(bound.jid(), stamped));
        }
        long count = in.count();
        long size = count - counted;
        counted = count;
        pending.begin();
        Element request = stanza instanceof Iq iq && iq.isRequest() ? stamped : null;
        pending.add(outcome == null ? bound.accept(stanza) : outcome, size, request);
    }

    /** RFC 6120 §8.1.2.1: a client may say who it is, and nothing else. */
    private static void checkFrom(Jid self, Element element) throws XmlStreamException {
        String from = element.attribute("from");
        if (from == null
                || from.equals(self.toString())
                || from.equals(self.bare().toString())) {
            return;
        }
        try {
            Jid claimed = Jid.of(from);
            if (claimed.equals(self) || claimed.equals(self.bare())) {
                return;
            }
        } catch (InvalidJidException e) {
            // said below
        }
        throw new XmlStreamException(StreamCondition.INVALID_FROM, "'from' is not the address of this session");
    }

    private boolean isAnswerToPing(Element iq) {
        String id = iq.attribute("id");
        String type = iq.attribute("type");
        return id != null
                && ("result".equals(type) || "error".equals(type))
                && (id.equals(pingId) || proofs.answered(id));
    }

    @Override
    public void replaced() throws InterruptedException {
        if (closing.compareAndSet(null, CloseReason.CUT)) { // its open verdicts go on
            out.finish(
                    header(),
                    StreamXml.error(StreamCondition.CONFLICT, "the stream was resumed on another connection"));
            out.awaitIdle(REPLACED);
        }
        abort();
    }

    private Element withLanguage(Element stanza) {
        if (stanza.attribute(Namespaces.XML, "lang") != null) {
            return stanza;
        }
        return stanza.withAttribute(Namespaces.XML, "lang", language);
    }

    /** RFC 6120 §8.3.3.8; silence where the stanza is an answer itself (§8.3.1). */
    private Outcome malformedAddress(Jid self, Element stanza) {
        String type = stanza.attribute("type");
        if ("error".equals(type) || stanza.name().equals("iq") && "result".equals(type)) {
            return Outcome.DONE;
        }
        return new Outcome.Answer(stanza.withAttribute("from", server.domain().toString())
                .withAttribute("to", self.toString())
                .withAttribute("type", "error")
                .with(StanzaError.of(StanzaError.Condition.JID_MALFORMED).toElement()));
    }

    /** A fault of the server's own, or of a bundle beside it, ends this connection and no other. Never throws. */
    private void failed(String what, Throwable fault) {
        try {
            LogLimit limit = server.lines().of(what);
            if (limit.isDue()) {
                LOG.error("{}: {}{}", remote, what, limit.more(), fault);
            }
            close(StreamCondition.INTERNAL_SERVER_ERROR, null);
        } catch (Throwable e) { // memory, most likely: then without a word
            OutOfMemory.endsProcess(e);
            abort();
        }
    }

    /** The client closed its stream (RFC 6120 §4.4). @return whether everything ended as it should */
    private boolean goodbye() throws IOException, InterruptedException {
        leaving = true;
        unpaced();
        out.goodbye();
        if (!pending.awaitEmpty(LAST_VERDICTS_SECONDS) && closing.get() == null) {
            LogLimit limit = server.lines().of("goodbye");
            if (limit.isDue()) {
                LOG.warn(
                        "{}: verdicts are still open after {} s: ends without a goodbye{}",
                        remote,
                        LAST_VERDICTS_SECONDS,
                        limit.more());
            }
            return false;
        }
        management.answerAll();
        out.finish(header(), StreamXml.close());
        abortIn(LAST_FLUSH);
        discard();
        out.awaitIdle(LAST_FLUSH);
        return out.flushed();
    }

    /** Gives our last words a chance to arrive: a socket closed over unread input resets the connection. */
    private void linger() {
        if (closing.get() == null || in == null) {
            return;
        }
        unpaced();
        try {
            discard();
        } catch (IOException e) {
            LOG.debug("{}: {} after the end", remote, e.getClass().getSimpleName());
        }
        try {
            out.awaitIdle(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads to the end of TCP; ends also when the timer aborts the connection. */
    private void discard() throws IOException {
        byte[] sink = new byte[512];
        int read = 0;
        try {
            while (read >= 0) {
                read = in.read(sink, 0, sink.length);
            }
        } catch (IOException e) {
            if (gate == null || !gate.ended()) { // the JVM's TLS may throw at a plain end of TCP that comes after ours
                throw e;
            }
        }
    }

    private void finish(boolean orderly) {
        try {
            abort();
            clientAddress.leave();
            if (management.isResumable() && !orderly && isCut() && allFinal()) {
                pending.release();
                management.suspend();
                gone();
            } else {
                pending.release();
                management.forget();
                end(orderly).whenComplete((done, fault) -> gone());
            }
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LogLimit limit = server.lines().of("end");
            if (limit.isDue()) {
                LOG.error("{}: the session failed to end{}", remote, limit.more(), e);
            }
            gone();
        }
    }

    private void gone() {
        lastAlarm.cancel(false); // or it would be kept for seconds, with all it has
        server.gone(this);
    }

    private void abortIn(Duration time) {
        lastAlarm.cancel(false);
        lastAlarm = server.later(time, this::abort);
    }

    private CompletionStage<Void> end(boolean orderly) {
        CloseReason how = closing.get();
        if (how == null) {
            how = orderly ? CloseReason.ORDERLY : CloseReason.CUT;
        }
        List<Outbound> unsent = out.end(orderly, false).live(); // also where it answered our goodbye with its own
        ClientSession ending = session;
        if (ending == null) {
            return CompletableFuture.completedFuture(null);
        }
        LOG.debug("{}: {} ended: {}, {} unsent", remote, ending.jid(), how, unsent.size());
        return ending.ended(how, unsent);
    }

    /** Whether neither side has ended the stream. From here on it stays so. */
    private boolean isCut() {
        return !leaving
                && !server.isStopping()
                && (closing.compareAndSet(null, CloseReason.CUT) || closing.get() == CloseReason.CUT);
    }

    private boolean allFinal() {
        try {
            return pending.awaitEmpty(LAST_VERDICTS_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // What the negotiation needs.

    /**
     * Runs the handshake on the reader's thread.
     *
     * @return data of the channel, by channel binding type
     */
    Map<String, byte[]> startTls() throws IOException {
        handshaking = true;
        Handshakes.Permit permit = server.handshakes().of(clientAddress.network());
        gate = new GatedInput(directTls ? wire : new LeadingSpace(wire), permit);
        permit.acquire();
        String outcome = "failed";
        try {
            SSLSocket layered =
                    (SSLSocket) server.tls().context().getSocketFactory().createSocket(socket, gate, true);
            layered.setUseClientMode(false);
            layered.setEnabledProtocols(PROTOCOLS);
            if (directTls) {
                SSLParameters parameters = layered.getSSLParameters();
                parameters.setApplicationProtocols(ALPN);
                layered.setSSLParameters(parameters);
            }
            layered.startHandshake();
            outcome = "completed";
            gate.established();
            in = new CountingInput(layered.getInputStream(), in.count());
            secure = layered;
            return ChannelBindings.of(layered.getSession());
        } finally {
            server.handshakeOutcomes().add(outcome);
            gate.open();
            handshaking = false;
        }
    }

    /**
     * A reader of what comes from here on; the one before is of no further use.
     *
     * @param again whether another stream has ended here
     */
    StanzaReader reader(boolean again, boolean loggedIn) {
        closeReader();
        StreamLimits limits = loggedIn ? server.config().limits() : StreamLimits.BEFORE_LOGIN;
        reader = server.codec().reader(again ? new LeadingSpace(in) : in, limits, heap);
        return reader;
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
        }
    }

    ClientAddress clientAddress() {
        return clientAddress;
    }

    /** Before a client that has not logged in is read on. */
    void pace() {
        turn.pause();
        pacer.stanza();
        turn.resume();
    }

    OutboundQueue out() {
        return out;
    }

    HandledStream stream() {
        return stream;
    }

    /** Whatever was known of the stream before it was encrypted may be somebody else's words (RFC 6120 §5.4.3.3). */
    void forgetStream() {
        stream = new HandledStream(this, server);
    }

    StreamManagement management() {
        return management;
    }

    /** Completes when the server ends the stream, or knows that the connection is broken. */
    @Override
    public CompletableFuture<Void> over() {
        return over;
    }

    /** Before anything is read of the account. @param named null if that login failed */
    void loggingIn(Jid named) {
        account = named;
    }

    /** A login to an account that is gone is worth nothing to whoever takes its name; a session is ended by who keeps it. */
    void accountRemoved(Jid removed) {
        if (removed.equals(account) && session == null) {
            management.accountRemoved();
            close(StreamCondition.NOT_AUTHORIZED, "The account was removed");
        }
    }

    @Override
    public void bound(ClientSession granted) {
        session = granted;
    }

    @Override
    public ClientSession session() {
        return session;
    }

    @Override
    public void handledTooMuch(long h, long sent) {
        end(CloseReason.CLOSED_BY_SERVER, StreamXml.handledTooMuch(h, sent));
    }

    @Override
    public boolean isClosing() {
        return closing.get() != null;
    }

    // What the timer and the server do to a connection.

    /** Looks at the clocks. Timer's thread only. */
    void tick(long now) {
        Timeouts timeouts = server.config().timeouts();
        if (!clocks.isStuck(now, timeouts) && closing.get() == null && !leaving) {
            ClientSession bound = session;
            if (bound == null) {
                clocks.checkLogin(now, timeouts);
            } else {
                clocks.checkSession(now, timeouts, bound.jid());
            }
        }
    }

    private void ping() {
        if (pingId == null) {
            pingId = "ping-" + RandomId.next();
        }
        offer(ping(pingId));
    }

    private Outbound ping(String id) {
        Element ping = Element.builder(Namespaces.CLIENT, "iq")
                .attribute("type", "get")
                .attribute("id", id)
                .attribute("from", server.domain().toString())
                .attribute("to", session.jid().toString())
                .child(Element.of(Namespaces.PING, "ping"))
                .build();
        return Outbound.of(server.codec().serialize(ping, Namespaces.CLIENT));
    }

    /** Says goodbye for a server that stops, as soon as the verdicts of what came before are final. */
    void shutdown() {
        leaving = true;
        stopping = true;
        pending.afterPending(() -> {
            management.answerAll();
            close(StreamCondition.SYSTEM_SHUTDOWN, null);
        });
    }

    /** Closes the socket, whoever reads or writes it. Does not touch TLS, whose own close waits for a blocked writer. */
    void abort() {
        aborted = true;
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("{}: {} on close", remote, e.getClass().getSimpleName());
        }
        over.complete(null);
        unpaced();
        pending.close(); // a reader that waits for room learns of the end by reading on
    }

    private void end(CloseReason how, StreamCondition condition, String text) {
        end(how, StreamXml.error(condition, text));
    }

    private void end(CloseReason how, byte[] error) {
        if (closing.compareAndSet(null, how)) {
            over.complete(null);
            out.finish(header(), error);
            if (how == CloseReason.CUT) {
                pending.close(); // its client may come back, and then needs the open verdicts
            } else {
                pending.release();
            }
            abortIn(GRACE);
        } else if (how != CloseReason.CUT) {
            pending.release();
            management.expire(); // if it was cut, nobody need wait for the client
        }
    }

    /** Nobody else suffers from what comes from here on. */
    private void unpaced() {
        pacer.end();
        turn.end();
    }

    private byte[] header() {
        return StreamXml.header(server.domain(), null).getBytes(StandardCharsets.UTF_8);
    }

    // What the session sees.

    @Override
    public boolean offer(Outbound stanza) {
        C2sConfig config = server.config();
        Offer result = out.offer(stanza, config.outboundLimit(), config.outboundBytes());
        if (result == Offer.OVERFLOW) {
            close(StreamCondition.RESOURCE_CONSTRAINT, "too much waits to be read");
        }
        return result == Offer.QUEUED;
    }

    @Override
    public CompletionStage<Void> sendStored(
            List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> proved) {
        LogLimit limit = server.lines().of("no-sm");
        boolean isRefused = proof.way() == ProofPolicy.Way.SM && !management.isEnabled();
        if (isRefused && refusalSaid.compareAndSet(false, true) && limit.isDue()) {
            LOG.warn(
                    "{}: {} has no stream management: it gets no stored messages{}",
                    remote,
                    session.jid(),
                    limit.more());
        }
        return sent(() -> out.sendStored(messages, proof, this::ping, proved));
    }

    @Override
    public CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout) {
        return sent(() -> out.sendCopies(copies, timeout));
    }

    /** What fails proves nothing, and ends the connection. */
    private CompletionStage<Void> sent(Supplier<CompletionStage<Void>> sending) {
        try {
            return sending.get();
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            failed("sending stored messages failed", e);
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void afterPending(Runnable task) {
        pending.afterPending(task);
    }

    @Override
    public void close(StreamCondition condition, String text) {
        end(CloseReason.CLOSED_BY_SERVER, condition, text);
    }

    @Override
    public String remote() {
        return remote;
    }

    @Override
    public boolean encrypted() {
        return secure != null;
    }

    @Override
    public boolean resumable() {
        return management.isResumable();
    }

    @Override
    public int backlog() {
        return out.waiting();
    }

    /** What the clocks see of it. */
    private final class Watch implements Clocks.Watched {
        @Override
        public long heard() {
            return in.count();
        }

        @Override
        public boolean isRead() {
            return !pending.full() && !out.holdsReader() && !pacer.isPausing();
        }

        @Override
        public boolean isHandshaking() {
            return handshaking;
        }

        @Override
        public void ping() {
            Connection.this.ping();
        }

        @Override
        public void probe() {
            out.control(StreamXml.keepalive(), 0);
        }

        @Override
        public void refuse(String text) {
            close(StreamCondition.CONNECTION_TIMEOUT, text);
        }

        @Override
        public void cut(String text) {
            end(CloseReason.CUT, StreamCondition.CONNECTION_TIMEOUT, text);
        }

        @Override
        public void abort() {
            Connection.this.abort();
        }
    }

    /** The outermost layer at the moment. */
    private final class SocketWire implements OutboundQueue.Wire {
        @Override
        public OutputStream output() throws IOException {
            SSLSocket layered = secure;
            return layered == null ? socket.getOutputStream() : layered.getOutputStream();
        }

        @Override
        public void shutdownOutput() throws IOException {
            SSLSocket layered = secure;
            try {
                if (layered != null) {
                    layered.shutdownOutput();
                }
                if (!socket.isOutputShutdown()) {
                    socket.shutdownOutput();
                }
            } catch (SocketException e) {
                if (aborted
                        || layered == null
                        || !socket.isClosed()) { // else the JVM's TLS saw both sides end, and closed
                    throw e;
                }
            }
        }

        @Override
        public void broken(Throwable reason) {
            if (reason instanceof IOException) {
                LOG.debug("{}: {} on writing", remote, reason.getClass().getSimpleName());
            } else {
                LogLimit limit = server.lines().of("writer");
                if (limit.isDue()) {
                    LOG.error("{}: a fault of the server's writer cuts the connection{}", remote, limit.more(), reason);
                }
            }
            abort();
        }
    }
}
