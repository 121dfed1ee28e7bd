package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.PlainLogin;
import im.restante.itests.harness.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A peer that writes whatever it is told, well-formed or not. */
final class RawClient implements AutoCloseable {
    static final String HEADER = PlainLogin.HEADER;
    private static final AtomicInteger LOGINS = new AtomicInteger();

    final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
    private final byte[] chunk = new byte[64 * 1024];
    private int said;

    RawClient(ServerProcess server) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), server.port()));
    }

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(60_000);
        in = socket.getInputStream();
    }

    /** On a connection that is open. */
    static RawClient of(Socket socket) throws IOException {
        return new RawClient(socket);
    }

    /** Logged in over plain TCP with a resource of its own; the server must allow it. */
    static RawClient login(ServerProcess server, String local) throws IOException {
        return new RawClient(PlainLogin.open(server.port(), local, "raw" + LOGINS.incrementAndGet()));
    }

    /** Writes stanzas and a ping, and gives what the server said up to the ping's answer: errors come before it. */
    String say(String stanzas) throws IOException {
        String id = "said-" + said++;
        write(stanzas + "<iq type='get' id='" + id + "'><ping xmlns='urn:xmpp:ping'/></iq>");
        return readUntil(id);
    }

    void write(String text) throws IOException {
        write(text.getBytes(UTF_8));
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Writes as much as the server takes: it may close in the middle of something too large. */
    void writeWhileOpen(byte[] bytes) {
        try {
            write(bytes);
        } catch (IOException e) {
            // what the server said before is still to be read
        }
    }

    /** Reads until {@code wanted} has come and gives everything up to it. */
    String readUntil(String wanted) throws IOException {
        while (true) {
            String text = unread.toString(UTF_8);
            int at = text.indexOf(wanted);
            if (at >= 0) {
                unread.reset();
                unread.writeBytes(text.substring(at + wanted.length()).getBytes(UTF_8));
                return text.substring(0, at + wanted.length());
            }
            int read = in.read(chunk);
            if (read < 0) {
                throw new IOException("closed before " + wanted + " came, after: " + text);
            }
            unread.write(chunk, 0, read);
        }
    }

    /** Reads until the server closes, which it must within a minute. A reset counts as closed. */
    String readToEnd() throws IOException {
        try {
            unread.writeBytes(in.readAllBytes());
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException e) {
            // reset: the server closed while we were still writing
        }
        return unread.toString(UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
