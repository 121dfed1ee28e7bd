package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Base64;

/** A peer that writes whatever it is told, well-formed or not. */
final class RawClient implements AutoCloseable {
    static final String HEADER = "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>";

    final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();

    RawClient(ServerProcess server) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(30_000);
        in = socket.getInputStream();
    }

    /** Logged in over plain TCP with a bound resource; the server must allow it. */
    static RawClient login(ServerProcess server, String local) throws IOException {
        RawClient client = new RawClient(server);
        client.write(HEADER);
        client.readUntil("</stream:features>");
        String secret = '\0' + local + '\0' + ServerProcess.password(local);
        client.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"
                + Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)) + "</auth>");
        client.readUntil("<success");
        client.write(HEADER);
        client.readUntil("</stream:features>");
        client.write("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        client.readUntil("</iq>");
        return client;
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
            int read = in.read();
            if (read < 0) {
                throw new IOException("closed before " + wanted + " came, after: " + text);
            }
            unread.write(read);
            while (in.available() > 0) {
                unread.write(in.read());
            }
        }
    }

    /** Reads until the server closes, which it must within 30 s. A reset counts as closed. */
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
