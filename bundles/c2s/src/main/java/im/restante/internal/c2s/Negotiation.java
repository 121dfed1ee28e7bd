package im.restante.internal.c2s;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.Printable;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslMechanism;
import im.restante.session.ClientSession;
import im.restante.session.TooManyResourcesException;
import im.restante.stanza.StanzaError;
import im.restante.store.StoreException;
import im.restante.streammanagement.ManagementXml;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamHeader;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes before the first stanza (RFC 6120 §4–7): stream, STARTTLS, SASL, resource. Runs once, on the reader's thread. */
final class Negotiation {
    private static final Logger LOG = LoggerFactory.getLogger(Negotiation.class);

    private static final int LONGEST_LANGUAGE = 64;

    /** Wrong passwords and proofs; RFC 6120 §6.4.5 wants two to five. */
    private static final int MAX_GUESSES = 5;

    /**
     * Tries that end before anything was compared, such as a mechanism or channel binding that is not offered: some clients go
     * through all they know before they come to one that we know too.
     */
    private static final int MAX_REFUSALS = 10;

    /** What a client waits while the bundle with the mechanisms is exchanged. */
    private static final Duration MECHANISMS_WITHIN = Duration.ofSeconds(5);

    private final Server server;
    private final Connection connection;
    private final Registration registration;
    private Map<String, byte[]> bindings;
    private StanzaReader reader;
    private Jid account;
    private String language;
    private int guesses;
    private int refusals;

    /** @param bindings of a connection that began with TLS; empty otherwise */
    Negotiation(Server server, Connection connection, Map<String, byte[]> bindings) {
        this.server = server;
        this.connection = connection;
        this.registration = new Registration(
                server.accounts(), server::administrators, server.domain(), connection.clientAddress(), server.lines());
        this.bindings = bindings;
    }

    /** @return the reader to go on with once the resource is bound; null if the client closed its stream before */
    StanzaReader run() throws IOException, XmlStreamException, InterruptedException {
        boolean restart = true;
        while (restart) {
            connection.out().restart();
            reader = connection.reader(reader != null, account != null);
            StreamHeader header = reader.header();
            check(header);
            language = language(header);
            if (account == null) {
                restart = unauthenticated(header);
            } else {
                return bind(header) ? reader : null;
            }
        }
        return null;
    }

    /** Default language of what the client writes; null if it named none. */
    String language() {
        return language;
    }

    /** Stamped on every stanza, so one that is longer than any tag of BCP 47 is not taken. */
    private static String language(StreamHeader header) {
        String lang = header.lang();
        return lang == null || lang.length() > LONGEST_LANGUAGE ? null : lang;
    }

    private void check(StreamHeader header) throws XmlStreamException {
        if (!header.root().namespace().equals(Namespaces.STREAM)) {
            throw new XmlStreamException(StreamCondition.INVALID_NAMESPACE, "not a stream of XMPP");
        }
        if (!header.root().name().equals("stream")) {
            throw new XmlStreamException(StreamCondition.BAD_FORMAT, "not a stream");
        }
        boolean perStanza = header.contentNamespace().equals(Namespaces.STREAM); // RFC 6120 §4.8.2
        if (!header.contentNamespace().equals(Namespaces.CLIENT) && !perStanza) {
            throw new XmlStreamException(StreamCondition.INVALID_NAMESPACE, "not a stream of a client");
        }
        if (header.to() == null) {
            throw new XmlStreamException(StreamCondition.IMPROPER_ADDRESSING, "'to' is missing");
        }
        Jid to = jid(header.to());
        if (to == null || !to.equals(server.domain())) {
            throw new XmlStreamException(StreamCondition.HOST_UNKNOWN, "that domain is not served here");
        }
        if (!supported(header.version())) {
            throw new XmlStreamException(StreamCondition.UNSUPPORTED_VERSION, "version must be 1.0");
        }
    }

    /** RFC 6120 §4.7.5: a higher one is answered with ours; a missing one is the protocol before 1.0. */
    private static boolean supported(String version) {
        return version != null && version.matches("0*[1-9][0-9]{0,8}\\.[0-9]{1,9}");
    }

    private static Jid jid(String text) {
        try {
            return Jid.of(text);
        } catch (InvalidJidException e) {
            return null;
        }
    }

    /** @return whether a new stream follows; false if the client closed this one */
    private boolean unauthenticated(StreamHeader header) throws IOException, XmlStreamException, InterruptedException {
        Tls tls = server.config().tls();
        boolean encrypted = connection.encrypted();
        boolean mayTellSecrets = encrypted || tls != Tls.REQUIRED;
        Sasl sasl = sasl(mayTellSecrets);
        List<Element> features = new ArrayList<>();
        boolean startTls = !encrypted && tls != Tls.OFF;
        if (startTls) {
            Element.Builder offer = Element.builder(StreamXml.TLS, "starttls");
            if (tls == Tls.REQUIRED) {
                offer.child(Element.of(StreamXml.TLS, "required"));
            }
            features.add(offer.build());
        }
        features.addAll(sasl.features());
        if (mayTellSecrets) {
            features.addAll(registration.features());
            features.addAll(server.elements().features(connection.stream()));
        }
        open(header, features);
        for (Element element = reader.next(); element != null; element = reader.next()) {
            connection.pace();
            if (element.is(StreamXml.TLS, "starttls") && startTls) {
                startTls();
                return true;
            }
            if (element.is(StreamXml.SASL, "auth")) {
                if (authenticated(sasl, element)) {
                    return account != null;
                }
            } else if (element.is(ManagementXml.NAMESPACE, "enable") || element.is(ManagementXml.NAMESPACE, "resume")) {
                connection.out().sendNow(ManagementXml.failed(StanzaError.Condition.UNEXPECTED_REQUEST)); // XEP-0198 §3
            } else if (element.is(StreamXml.SASL, "abort")) {
                refuse(new SaslFailure(SaslFailure.Condition.ABORTED, "nothing was under way"));
            } else if (registration.concerns(element)) {
                send(registration.answer(element, mayTellSecrets));
            } else if (element.namespace().equals(Namespaces.CLIENT)) {
                throw new XmlStreamException(StreamCondition.NOT_AUTHORIZED, "log in first");
            } else if (!mayTellSecrets || !connection.stream().handled(element)) {
                throw new XmlStreamException(StreamCondition.UNSUPPORTED_STANZA_TYPE, "not part of logging in");
            }
        }
        return false;
    }

    private Sasl sasl(boolean mayTellSecrets) throws InterruptedException {
        if (mayTellSecrets
                && !server.mechanisms().await(!bindings.isEmpty(), MECHANISMS_WITHIN, connection::isClosing)) {
            LogLimit limit = server.lines().of("mechanisms");
            if (limit.isDue()) {
                LOG.error(
                        "nobody can log in, for there is no SASL mechanism: is the bundle sasl running?{}",
                        limit.more());
            }
        }
        Map<String, SaslMechanism> offered =
                mayTellSecrets ? server.mechanisms().offered(!bindings.isEmpty()) : Map.of();
        List<String> names = List.copyOf(offered.keySet());
        return new Sasl(
                mayTellSecrets,
                offered,
                bindings.keySet(),
                () -> new LoginTry(
                        connection.clientAddress(),
                        server.domain(),
                        bindings,
                        names,
                        connection::loggingIn,
                        server::later,
                        server.writers()),
                reader,
                this::send,
                connection.over(),
                server.lines());
    }

    private void startTls() throws IOException, XmlStreamException {
        if (reader.buffered()) { // somebody in the middle wrote it, to have it taken for the client's
            send(Element.of(StreamXml.TLS, "failure"));
            throw new XmlStreamException(StreamCondition.POLICY_VIOLATION, "data behind <starttls/>");
        }
        send(Element.of(StreamXml.TLS, "proceed"));
        bindings = connection.startTls();
        connection.forgetStream();
    }

    /** @return whether this stream is over: {@link #account} is known, or null if the client left */
    private boolean authenticated(Sasl sasl, Element auth)
            throws IOException, XmlStreamException, InterruptedException {
        try {
            account = sasl.authenticate(auth);
            if (account != null) {
                connection.stream().loggedIn(account);
            }
            if (account != null && reader.buffered()) {
                throw new XmlStreamException(StreamCondition.POLICY_VIOLATION, "data before <success/>");
            }
            return true;
        } catch (SaslFailure e) {
            connection.loggingIn(null);
            refuse(e);
            return false;
        }
    }

    /** @throws XmlStreamException if that was one too many, over all streams of the connection */
    private void refuse(SaslFailure reason) throws XmlStreamException {
        String condition = reason.condition().element();
        LOG.info("{}: login refused, {}: {}", connection.remote(), condition, Printable.line(reason.getMessage()));
        send(Element.builder(StreamXml.SASL, "failure")
                .child(Element.of(StreamXml.SASL, condition))
                .build());
        if (reason.guess() ? ++guesses == MAX_GUESSES : ++refusals == MAX_REFUSALS) {
            throw new XmlStreamException(StreamCondition.POLICY_VIOLATION, "too many tries");
        }
    }

    /** @return false if the client closed its stream */
    private boolean bind(StreamHeader header) throws IOException, XmlStreamException, InterruptedException {
        List<Element> features = new ArrayList<>(List.of(
                Element.of(StreamXml.BIND, "bind"),
                Element.builder(StreamXml.SESSION, "session")
                        .child(Element.of(StreamXml.SESSION, "optional"))
                        .build(),
                Element.of(StreamXml.ROSTER_VERSIONING, "ver"),
                Element.of(ManagementXml.NAMESPACE, "sm")));
        features.addAll(server.features().offered());
        features.addAll(server.elements().features(connection.stream()));
        open(header, features);
        for (Element element = reader.next(); element != null; element = reader.next()) {
            connection.pace();
            if (element.is(ManagementXml.NAMESPACE, "enable")) {
                connection.out().sendNow(ManagementXml.failed(StanzaError.Condition.UNEXPECTED_REQUEST));
                continue;
            }
            if (element.is(ManagementXml.NAMESPACE, "resume")) {
                if (connection.management().resume(element, account)) {
                    return true;
                }
                continue;
            }
            if (!element.namespace().equals(Namespaces.CLIENT)
                    && connection.stream().handled(element)) {
                continue;
            }
            Element wanted = element.child(StreamXml.BIND, "bind").orElse(null);
            if (!element.is(Namespaces.CLIENT, "iq") || wanted == null || !"set".equals(element.attribute("type"))) {
                throw new XmlStreamException(StreamCondition.NOT_AUTHORIZED, "bind a resource first");
            }
            if (bind(element, wanted)) {
                return true;
            }
        }
        return false;
    }

    private boolean bind(Element request, Element wanted) throws IOException, InterruptedException {
        String resource =
                wanted.child(StreamXml.BIND, "resource").map(Element::text).orElse(null);
        connection.out().cork(); // the answer goes before whatever others send to the new session
        try {
            if (connection.isClosing()) {
                throw new IOException("the connection ended before a session was asked for");
            }
            CompletableFuture<ClientSession> granted =
                    server.sessions().bind(account, resource, connection).toCompletableFuture();
            CompletableFuture.anyOf(granted, connection.over()).get();
            if (!granted.isDone() || connection.isClosing()) { // also where its account was removed meanwhile
                granted.thenAccept(
                        late -> server.streams().resumptions().end(late, List.of())); // or it would stay for ever
                throw new IOException("the connection ended before its session began");
            }
            ClientSession session = granted.get();
            connection.bound(session);
            Element answer = Element.builder(Namespaces.CLIENT, "iq")
                    .attribute("type", "result")
                    .attribute("id", request.attribute("id"))
                    .child(Element.builder(StreamXml.BIND, "bind")
                            .child(Element.of(
                                    StreamXml.BIND, "jid", session.jid().toString()))
                            .build())
                    .build();
            connection.out().uncork(bytes(answer));
            LOG.debug("{}: bound {}", connection.remote(), session.jid());
            return true;
        } catch (ExecutionException e) {
            connection.out().uncork(bytes(refused(request, e.getCause())));
            return false;
        }
    }

    private Element refused(Element request, Throwable reason) {
        StanzaError error;
        if (reason instanceof InvalidJidException) {
            error = StanzaError.of(StanzaError.Condition.BAD_REQUEST, "not a resource");
        } else if (reason instanceof TooManyResourcesException) {
            error = StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT, "Too many resources of this account");
        } else if (reason instanceof StoreException) {
            error = StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT);
        } else {
            LogLimit limit = server.lines().of("bind");
            if (limit.isDue()) {
                LOG.error("{}: cannot bind a resource for {}{}", connection.remote(), account, limit.more(), reason);
            }
            error = StanzaError.of(StanzaError.Condition.INTERNAL_SERVER_ERROR).later();
        }
        return Element.builder(Namespaces.CLIENT, "iq") // without what it asked: nobody is known to be there yet
                .attribute("type", "error")
                .attribute("id", request.attribute("id"))
                .child(error.toElement())
                .build();
    }

    /** Our header and features, in one write. */
    private void open(StreamHeader header, List<Element> features) {
        Jid from = header.from() == null ? null : jid(header.from());
        String text =
                StreamXml.header(server.domain(), from) + StreamXml.features(server.codec(), features, server.lines());
        connection.out().sendNow(text.getBytes(UTF_8));
    }

    private void send(Element element) {
        connection.out().sendNow(bytes(element));
    }

    private byte[] bytes(Element element) {
        return server.codec().serialize(element, Namespaces.CLIENT);
    }
}
