package im.restante.internal.c2s;

import im.restante.internal.c2s.OutboundQueue.Offer;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.session.ClientLink;
import im.restante.session.ClientSession;
import im.restante.session.Ending;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.session.ProofPolicy;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.store.StoredMessage;
import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection from the first byte to the last. {@link #run} is the life of its reader thread: negotiation, stanzas,
 * goodbye, and whatever the way it ends, exactly one {@link ClientSession#ended}. Other threads queue, or ask it to end.
 */
final class Connection implements ClientLink, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** What a client gets to read our last words and to close its side. */
    static final Duration GRACE = Duration.ofSeconds(2);

    /** What a connection gets to say that its stream goes on elsewhere; mostly it is dead. */
    private static final Duration REPLACED = Duration.ofMillis(250);

    /** What a client that said goodbye gets to read the rest. */
    private static final Duration LAST_FLUSH = Duration.ofSeconds(5);

    private static final long LAST_VERDICTS_SECONDS = 60;
    private static final int SEND_BUFFER_BYTES = 256 * 1024;
    private static final CompletableFuture<Outcome> SWALLOWED = CompletableFuture.completedFuture(Outcome.DONE);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] ALPN = {"xmpp-client"};

    private final Server server;
    private final Socket socket;
    private final boolean directTls;
    private final String remote;
    private final AtomicReference<Ending> closing = new AtomicReference<>();
    private final Proofs proofs = new Proofs();
    private final OutboundQueue out;
    private final PendingOutcomes pending;
    private final StreamManagement management;
    private final Clocks clocks;
    private final AtomicBoolean refusalSaid = new AtomicBoolean();

    private volatile SSLSocket secure;
    private volatile CountingInput in;
    private volatile boolean handshaking;
    private volatile boolean leaving;
    private volatile boolean stopping;
    private volatile boolean aborted;
    private volatile String pingId;
    private volatile ClientSession session;

    /** Default language of the client's stanzas (RFC 6120 §8.1.5); null if it named none. Reader's thread only. */
    private String language;

    private long counted;
    private GatedInput gate;

    Connection(Server server, Socket socket, boolean directTls) {
        this.server = server;
        this.socket = socket;
        this.directTls = directTls;
        this.remote = socket.getInetAddress().getHostAddress() + ':' + socket.getPort();
        this.out = new OutboundQueue(new SocketWire(), server.writers(), proofs);
        this.pending = new PendingOutcomes(
                answer -> server.codec().serialize(answer, Namespaces.CLIENT),
                answer -> offer(Outbound.of(answer)),
                this::failed,
                server.openVerdicts());
        this.management = new StreamManagement(this, server, out, pending);
        this.clocks = new Clocks(remote, new Watch(), out, proofs);
    }

    @Override
    public void run() {
        boolean orderly = false;
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSendBufferSize(SEND_BUFFER_BYTES);
            in = new CountingInput(socket.getInputStream(), 0);
            Map<String, byte[]> bindings = directTls ? startTls() : Map.of();
            Negotiation negotiation = new Negotiation(server, this, bindings);
            StanzaReader reader = negotiation.run();
            if (reader != null) {
                language = negotiation.language();
                converse(reader);
            }
            orderly = goodbye();
        } catch (XmlStreamException e) {
            LOG.debug("{}: {}: {}", remote, e.condition(), e.getMessage());
            close(e.condition(), e.getMessage());
            linger();
        } catch (IOException e) {
            LOG.debug("{}: {}", remote, e.getClass().getSimpleName());
            linger();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("{}: a fault of the server ends the connection", remote, e);
            close(StreamCondition.INTERNAL_SERVER_ERROR, null);
            linger();
        } finally {
            finish(orderly);
        }
    }

    private void converse(StanzaReader reader) throws IOException, XmlStreamException, InterruptedException {
        ClientSession bound = session;
        for (Element element = reader.next(); element != null; element = reader.next()) {
            if (closing.get() == null && !stopping) {
                handle(bound, element);
                pending.awaitRoom();
            } else if (element.is(StreamXml.SM, "a")) {
                management.acknowledged(element); // what it has need not come twice
            } else if (element.is(Namespaces.CLIENT, "iq")) {
                isAnswerToPing(element);
            }
        }
    }

    private void handle(ClientSession bound, Element element) throws XmlStreamException, InterruptedException {
        if (element.namespace().equals(StreamXml.SM)) {
            management.handle(element);
            return;
        }
        checkFrom(bound.jid(), element);
        if (element.name().equals("iq") && isAnswerToPing(element)) {
            pending.begin();
            pending.add(SWALLOWED, 0);
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
        pending.add(outcome == null ? bound.accept(stanza) : outcome, size);
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

    /** Its client goes on with the stream on another connection (XEP-0198 §5). */
    void replaced() throws InterruptedException {
        if (closing.compareAndSet(null, Ending.CUT)) { // its open verdicts go on
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
        Element.Builder copy = Element.builder(stanza.namespace(), stanza.name());
        for (Attribute a : stanza.attributes()) {
            copy.attribute(a.namespace(), a.name(), a.value());
        }
        return copy.attribute(Namespaces.XML, "lang", language)
                .children(stanza.content())
                .build();
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

    private void failed(Throwable fault) {
        LOG.error("{}: the session failed to judge a stanza", remote, fault);
        close(StreamCondition.INTERNAL_SERVER_ERROR, null);
    }

    /** The client closed its stream (RFC 6120 §4.4). @return whether everything ended as it should */
    private boolean goodbye() throws IOException, InterruptedException {
        leaving = true;
        out.goodbye();
        if (!pending.awaitEmpty(LAST_VERDICTS_SECONDS) && closing.get() == null) {
            LOG.warn("{}: verdicts are still open after {} s: ends without a goodbye", remote, LAST_VERDICTS_SECONDS);
            return false;
        }
        out.finish(header(), StreamXml.close());
        server.later(LAST_FLUSH, this::abort);
        discard();
        out.awaitIdle(LAST_FLUSH);
        return out.flushed();
    }

    /** Gives our last words a chance to arrive: a socket closed over unread input resets the connection. */
    private void linger() {
        if (closing.get() == null || in == null) {
            return;
        }
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
        abort();
        if (management.isResumable() && !orderly && isCut() && allFinal()) {
            pending.release();
            management.suspend();
            server.gone(this);
            return;
        }
        pending.release();
        management.forget();
        Ending how = closing.get();
        if (how == null) {
            how = orderly ? Ending.ORDERLY : Ending.CUT;
        }
        List<Outbound> unsent = out.end(orderly).live(); // also where it answered our goodbye with its own
        ClientSession ending = session;
        if (ending == null) {
            server.gone(this);
            return;
        }
        LOG.debug("{}: {} ended: {}, {} unsent", remote, ending.jid(), how, unsent.size());
        try {
            ending.ended(how, unsent).whenComplete((done, fault) -> server.gone(this));
        } catch (RuntimeException e) {
            LOG.error("{}: the session failed to end", remote, e);
            server.gone(this);
        }
    }

    /** Whether neither side has ended the stream. From here on it stays so. */
    private boolean isCut() {
        return !leaving
                && !server.isStopping()
                && (closing.compareAndSet(null, Ending.CUT) || closing.get() == Ending.CUT);
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
        gate = new GatedInput(socket.getInputStream(), server.handshakes());
        server.handshakes().acquireUninterruptibly();
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
            in = new CountingInput(layered.getInputStream(), in.count());
            secure = layered;
            return ChannelBindings.of(layered.getSession());
        } finally {
            gate.open();
            handshaking = false;
        }
    }

    /** A reader of what comes from here on. */
    StanzaReader reader() {
        return server.codec().reader(in, server.config().limits());
    }

    OutboundQueue out() {
        return out;
    }

    StreamManagement management() {
        return management;
    }

    void bound(ClientSession granted) {
        session = granted;
    }

    /** Null until one is bound. */
    ClientSession session() {
        return session;
    }

    /** Ends the stream with an error of ours. */
    void close(byte[] error) {
        end(Ending.CLOSED_BY_SERVER, error);
    }

    boolean isClosing() {
        return closing.get() != null;
    }

    // What the timer and the server do to a connection.

    /** Looks at the clocks. Timer's thread only. */
    void tick(long now) {
        C2sConfig config = server.config();
        if (!clocks.isStuck(now, config) && closing.get() == null && !leaving) {
            ClientSession bound = session;
            if (bound == null) {
                clocks.checkLogin(now, config);
            } else {
                clocks.checkSession(now, config, bound.jid());
            }
        }
    }

    private void ping() {
        if (pingId == null) {
            pingId = "ping-" + StreamXml.randomId();
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
        pending.afterPending(() -> close(StreamCondition.SYSTEM_SHUTDOWN, null));
    }

    /** Closes the socket, whoever reads or writes it. Does not touch TLS, whose own close waits for a blocked writer. */
    void abort() {
        aborted = true;
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("{}: {} on close", remote, e.getClass().getSimpleName());
        }
    }

    private void end(Ending how, StreamCondition condition, String text) {
        end(how, StreamXml.error(condition, text));
    }

    private void end(Ending how, byte[] error) {
        if (closing.compareAndSet(null, how)) {
            out.finish(header(), error);
            pending.release();
            server.later(GRACE, this::abort);
        } else if (how != Ending.CUT) {
            management.expire(); // if it was cut, nobody need wait for the client
        }
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
    public CompletionStage<Void> sendStored(List<StoredMessage> messages, ProofPolicy proof) {
        if (proof.way() == ProofPolicy.Way.SM && !management.isEnabled() && refusalSaid.compareAndSet(false, true)) {
            LOG.warn("{}: {} has no stream management: it gets no stored messages", remote, session.jid());
        }
        return out.sendStored(messages, proof, this::ping);
    }

    @Override
    public CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout) {
        return out.sendCopies(copies, timeout);
    }

    @Override
    public void afterPending(Runnable task) {
        pending.afterPending(task);
    }

    @Override
    public void close(StreamCondition condition, String text) {
        end(Ending.CLOSED_BY_SERVER, condition, text);
    }

    @Override
    public String remote() {
        return remote;
    }

    @Override
    public boolean encrypted() {
        return secure != null;
    }

    /** What the clocks see of it. */
    private final class Watch implements Clocks.Watched {
        @Override
        public long heard() {
            return in.count();
        }

        @Override
        public boolean isRead() {
            return !pending.full();
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
        public void refuse(String text) {
            close(StreamCondition.CONNECTION_TIMEOUT, text);
        }

        @Override
        public void cut(String text) {
            end(Ending.CUT, StreamCondition.CONNECTION_TIMEOUT, text);
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
        public void broken(IOException reason) {
            abort();
        }
    }
}
