package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** As much of an XMPP client as the demonstration needs. Trusts one certificate. One thread. */
final class DemoClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final XMLInputFactory READERS = readers();

    /**
     * An element from the server, flattened.
     *
     * @param texts the text of every element below it, by local name
     * @param stamp of its XEP-0203 delay, or null
     */
    record Received(String name, Map<String, String> attributes, Map<String, String> texts, Instant stamp) {}

    private final String domain;
    private Socket socket;
    private XMLStreamReader in;

    private DemoClient(String domain) {
        this.domain = domain;
    }

    /** Connects to this machine, encrypts, logs in and binds the resource {@code demo}. */
    static DemoClient login(int port, String domain, Path certificate, String user, String password)
            throws IOException, GeneralSecurityException {
        DemoClient client = new DemoClient(domain);
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
        client.use(plain);
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        client.expect("proceed");
        SSLSocket encrypted =
                (SSLSocket) trusting(certificate).getSocketFactory().createSocket(plain, domain, port, true);
        encrypted.startHandshake();
        client.use(encrypted);
        String plainCredentials = Base64.getEncoder().encodeToString(('\0' + user + '\0' + password).getBytes(UTF_8));
        client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + plainCredentials + "</auth>");
        client.expect("success");
        client.use(encrypted);
        client.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                + "<resource>demo</resource></bind></iq>");
        client.expect("iq");
        return client;
    }

    private static SSLContext trusting(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    /** Begins a stream and reads its features. */
    private void use(Socket next) throws IOException {
        socket = next;
        socket.setSoTimeout((int) PATIENCE.toMillis());
        send("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='"
                + domain + "'>");
        try {
            in = READERS.createXMLStreamReader(socket.getInputStream(), "UTF-8");
            in.nextTag();
        } catch (XMLStreamException e) {
            throw new IOException("the server does not begin a stream", e);
        }
        expect("features");
    }

    void send(String xml) throws IOException {
        socket.getOutputStream().write(xml.getBytes(UTF_8));
        socket.getOutputStream().flush();
    }

    private Received expect(String name) throws IOException {
        Received received = read();
        if (!received.name().equals(name)
                || "error".equals(received.attributes().get("type"))) {
            throw new IOException("expected " + name + ", got " + received.name()
                    + received.texts().keySet());
        }
        return received;
    }

    /** Waits for so many messages, or until a minute was silent. Answers the server's pings meanwhile. */
    List<Received> messages(int count) throws IOException {
        List<Received> messages = new ArrayList<>();
        while (messages.size() < count) {
            Received received;
            try {
                received = read();
            } catch (SocketTimeoutException e) {
                return messages;
            }
            if (received.name().equals("message")) {
                messages.add(received);
            } else if (received.name().equals("iq")) {
                answer(received);
            }
        }
        return messages;
    }

    /**
     * Pings the server and returns the messages that came before its answer: the answer says that everything sent before it was
     * dealt with. Answers the server's own pings meanwhile.
     */
    List<Received> messagesUntilPinged(String id) throws IOException {
        send("<iq type='get' id='" + id + "' to='" + domain + "'><ping xmlns='urn:xmpp:ping'/></iq>");
        List<Received> messages = new ArrayList<>();
        while (true) {
            Received received = read();
            if (received.name().equals("message")) {
                messages.add(received);
            } else if (received.name().equals("iq")) {
                if (id.equals(received.attributes().get("id"))) {
                    return messages;
                }
                answer(received);
            }
        }
    }

    private void answer(Received request) throws IOException {
        if ("get".equals(request.attributes().get("type"))) {
            send("<iq type='result' to='" + domain + "' id='"
                    + request.attributes().get("id") + "'/>");
        }
    }

    private Received read() throws IOException {
        try {
            while (in.next() != XMLStreamConstants.START_ELEMENT) {
                if (in.getEventType() == XMLStreamConstants.END_ELEMENT
                        || in.getEventType() == XMLStreamConstants.END_DOCUMENT) {
                    throw new IOException("the server closed the stream");
                }
            }
            String name = in.getLocalName();
            Map<String, String> attributes = new HashMap<>();
            for (int i = 0; i < in.getAttributeCount(); i++) {
                attributes.put(in.getAttributeLocalName(i), in.getAttributeValue(i));
            }
            Map<String, String> texts = new HashMap<>();
            Instant stamp = null;
            String inner = name;
            for (int depth = 1; depth > 0; ) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        depth++;
                        inner = in.getLocalName();
                        texts.put(inner, "");
                        if ("urn:xmpp:delay".equals(in.getNamespaceURI())) {
                            stamp = Instant.parse(in.getAttributeValue(null, "stamp"));
                        }
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                        texts.merge(inner, in.getText(), String::concat);
                    case XMLStreamConstants.END_ELEMENT -> depth--;
                    default -> {
                        // nothing else is allowed in a stream
                    }
                }
            }
            return new Received(name, attributes, texts, stamp);
        } catch (XMLStreamException e) {
            if (e.getNestedException() instanceof SocketTimeoutException silence) {
                throw silence;
            }
            throw new IOException("the stream broke: " + e.getMessage(), e);
        }
    }

    private static XMLInputFactory readers() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        return factory;
    }

    @Override
    public void close() throws IOException {
        try (Socket closing = socket) {
            send("</stream:stream>");
            closing.shutdownOutput();
        }
    }
}
