package im.restante.itests.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Base64;

/** The way to a bound resource over plain TCP with SASL PLAIN; the server must have {@code tls=off}. */
public final class PlainLogin {
    /** What opens a stream to the server. */
    public static final String HEADER = "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>";

    private static final int CONNECT_MILLIS = 30_000;

    private PlainLogin() {}

    /** A new connection, logged in and bound as {@link #bind} does. */
    public static Socket open(int port, String user, String resource) throws IOException {
        return open(port, user, ServerProcess.password(user), resource);
    }

    /** As above, with a password that is not the usual one. */
    public static Socket open(int port, String user, String password, String resource) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        bind(socket, port, user, password, resource);
        return socket;
    }

    /**
     * Connects {@code socket}, logs {@code user} in with the password that {@link ServerProcess#user} gives, and binds. Nothing
     * is left unread, since nothing comes before presence was sent. Closes the socket if that fails.
     */
    public static void bind(Socket socket, int port, String user, String resource) throws IOException {
        bind(socket, port, user, ServerProcess.password(user), resource);
    }

    private static void bind(Socket socket, int port, String user, String password, String resource)
            throws IOException {
        authenticate(socket, port, user, password);
        try {
            ask(
                    socket,
                    "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource
                            + "</resource></bind></iq>",
                    "</iq>");
        } catch (IOException e) {
            socket.close();
            throw new IOException(user + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #bind}, without the last step: for a client that would resume its stream instead. */
    public static void authenticate(Socket socket, int port, String user) throws IOException {
        authenticate(socket, port, user, ServerProcess.password(user));
    }

    private static void authenticate(Socket socket, int port, String user, String password) throws IOException {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            String secret = '\0' + user + '\0' + password;
            ask(socket, HEADER, "</stream:features>");
            ask(
                    socket,
                    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"
                            + Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)) + "</auth>",
                    "<success");
            ask(socket, HEADER, "</stream:features>");
        } catch (IOException e) {
            socket.close();
            throw new IOException(user + ": " + e.getMessage(), e);
        }
    }

    private static void ask(Socket socket, String question, String wanted) throws IOException {
        socket.getOutputStream().write(question.getBytes(UTF_8));
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        while (!answer.toString(UTF_8).contains(wanted)) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new IOException("closed instead of " + wanted + ", after: " + answer.toString(UTF_8));
            }
            answer.write(buffer, 0, read);
            String text = answer.toString(UTF_8);
            if (text.contains("<failure") || text.contains("<stream:error") || text.contains("<error")) {
                throw new IOException("refused: " + text);
            }
        }
    }
}
