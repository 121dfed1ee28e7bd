package im.restante.itests.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Logs in over TCP without TLS and looks at what comes as text. Connects to this machine only. One thread. */
public final class PlainClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger LOGINS = new AtomicInteger();

    private final Socket socket;
    private final InputStream in;
    private final StringBuilder received = new StringBuilder();

    private PlainClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /**
     * A bound session with a resource of its own, since a server may still be busy with the end of the one before; no presence
     * was sent. The server must have {@code tls=off} or {@code optional}.
     */
    public static PlainClient login(int port, String domain, String user, String password) throws IOException {
        return loginBy(port, domain, "PLAIN", '\0' + user + '\0' + password);
    }

    /** The same by another mechanism. @param initial what the client says first, and all it says */
    public static PlainClient loginBy(int port, String domain, String mechanism, String initial) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
        PlainClient client = new PlainClient(socket);
        client.open(domain);
        client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" + mechanism + "'>"
                + Base64.getEncoder().encodeToString(initial.getBytes(UTF_8)) + "</auth>");
        String answer = client.await("<success[^>]*>|<failure.*?</failure>");
        if (answer.contains("<failure")) {
            socket.close();
            throw new AssertionError("not let in: " + answer);
        }
        client.open(domain);
        client.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" + "<resource>test"
                + LOGINS.incrementAndGet() + "</resource></bind></iq>");
        client.await("<iq[^>]*type=.result.*?</iq>");
        return client;
    }

    private void open(String domain) throws IOException {
        send("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='"
                + domain + "'>");
        await("<stream:stream[^>]*>.*</stream:features>");
    }

    public void send(String xml) throws IOException {
        socket.getOutputStream().write(xml.getBytes(UTF_8));
        socket.getOutputStream().flush();
    }

    /**
     * Waits until what came matches, and forgets it up to the end of the match.
     *
     * @return the match
     * @throws AssertionError if it does not come within a minute, or the server closes before
     */
    public String await(String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex, Pattern.DOTALL);
        long end = System.nanoTime() + PATIENCE.toNanos();
        byte[] buffer = new byte[8192];
        while (true) {
            Matcher matcher = pattern.matcher(received);
            if (matcher.find()) {
                String match = matcher.group();
                received.delete(0, matcher.end());
                return match;
            }
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            int read = left <= 0 ? -1 : read(buffer, Duration.ofMillis(left));
            if (read < 0) {
                throw new AssertionError("no " + regex + " but: " + received);
            }
            received.append(new String(buffer, 0, read, UTF_8)); // tests speak ASCII: no character is cut
        }
    }

    private int read(byte[] buffer, Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
        try {
            return in.read(buffer);
        } catch (SocketTimeoutException e) {
            return -1;
        }
    }

    /** The answer says that whatever was sent before it has its verdict. */
    public void ping(String domain, String id) throws IOException {
        sendPing(domain, id);
        await("<iq[^>]*id=.\\Q" + id + "\\E.[^>]*>");
    }

    /** The same, and gives what came before the answer: errors about what was sent before are in it. */
    public String answers(String domain, String id) throws IOException {
        sendPing(domain, id);
        return await(".*?<iq[^>]*id=.\\Q" + id + "\\E.[^>]*>");
    }

    void sendPing(String domain, String id) throws IOException {
        send("<iq type='get' id='" + id + "' to='" + domain + "'><ping xmlns='urn:xmpp:ping'/></iq>");
    }

    /** A chat message; texts must need no escaping. */
    public void message(String to, String body) throws IOException {
        send("<message type='chat' to='" + to + "'><body>" + body + "</body></message>");
    }

    /**
     * Leaves in order: says so and reads until the server has closed. A socket closed with something unread in it is reset, and
     * then nothing proves that what was sent last has come.
     *
     * @return what came and was not awaited
     */
    public String leave() throws IOException {
        try (Socket closing = socket) {
            if (!closing.isClosed()) {
                send("</stream:stream>");
                byte[] rest = new byte[8192];
                for (int read = read(rest, PATIENCE); read >= 0; read = read(rest, PATIENCE)) {
                    received.append(new String(rest, 0, read, UTF_8));
                }
            }
        }
        return received.toString();
    }

    @Override
    public void close() {
        try {
            leave();
        } catch (IOException e) {
            // The server closed first.
        }
    }
}
