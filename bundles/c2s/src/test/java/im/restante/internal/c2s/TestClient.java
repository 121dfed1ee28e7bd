package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import im.restante.account.ScramHash;
import im.restante.itests.support.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Says exactly what a test tells it to, and waits for texts in what comes back. */
final class TestClient implements AutoCloseable {
    static final String HEADER =
            "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client'"
                    + " xmlns:stream='http://etherx.jabber.org/streams'>";
    private static final int PATIENCE_MILLIS = 20_000;

    /** The one version of TLS that it speaks; null for all. */
    String only;

    final Socket plain;
    Socket socket;
    private final StringBuilder unread = new StringBuilder();
    private boolean eof;

    TestClient(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    /** @param receiveBuffer bytes; 0 for the system's choice */
    TestClient(InetSocketAddress address, int receiveBuffer) throws IOException {
        plain = new Socket();
        if (receiveBuffer > 0) {
            plain.setReceiveBufferSize(receiveBuffer);
        }
        plain.connect(address);
        plain.setSoTimeout(PATIENCE_MILLIS);
        socket = plain;
    }

    /** @param from an address of this machine, such as 127.0.0.2 */
    TestClient(InetSocketAddress address, String from) throws IOException {
        plain = new Socket();
        plain.bind(new InetSocketAddress(from, 0));
        plain.connect(address);
        plain.setSoTimeout(PATIENCE_MILLIS);
        socket = plain;
    }

    TestClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Waits for a text and forgets everything up to its end. @return what was read, that text included */
    String until(String text) throws IOException {
        return matching(Pattern.quote(text)).group();
    }

    /** Waits for a pattern; the match begins with what came before it. */
    Matcher matching(String pattern) throws IOException {
        Pattern wanted = Pattern.compile("(?s)^.*?" + pattern);
        while (true) {
            Matcher matcher = wanted.matcher(unread.toString());
            if (matcher.find()) {
                unread.delete(0, matcher.end());
                return matcher;
            }
            if (!more()) {
                return fail("the stream ended before " + pattern + ", left is: " + unread);
            }
        }
    }

    /** Reads to the end. @return what was left */
    String rest() throws IOException {
        while (more()) {
            continue;
        }
        String rest = unread.toString();
        unread.setLength(0);
        return rest;
    }

    private boolean more() throws IOException {
        byte[] buffer = new byte[65_536];
        InputStream in = socket.getInputStream();
        try {
            int read = eof ? -1 : in.read(buffer);
            eof = read < 0;
            if (!eof) {
                unread.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
            }
            return !eof;
        } catch (SocketTimeoutException e) {
            return fail("nothing more came, left is: " + unread);
        }
    }

    String open() throws IOException {
        return send(HEADER).until("</stream:features>");
    }

    TestClient startTls() throws IOException, GeneralSecurityException {
        open();
        send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").until("<proceed");
        matching("/>");
        return secure();
    }

    TestClient secure(String... alpn) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        SSLSocket layered = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", 0, true);
        if (alpn.length > 0) {
            SSLParameters parameters = layered.getSSLParameters();
            parameters.setApplicationProtocols(alpn);
            layered.setSSLParameters(parameters);
        }
        if (only != null) {
            layered.setEnabledProtocols(new String[] {only});
        }
        layered.startHandshake();
        socket = layered;
        return this;
    }

    X509Certificate certificate() throws IOException {
        return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
    }

    static String plain(String authzid, String user, String password) {
        return auth("PLAIN", authzid + '\0' + user + '\0' + password);
    }

    static String auth(String mechanism, String message) {
        return "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" + mechanism + "'>" + base64(message)
                + "</auth>";
    }

    static String response(String message) {
        return "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + base64(message) + "</response>";
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Runs SCRAM up to the final message. @return whether the server accepted, after its signature was checked */
    boolean scram(String mechanism, String gs2, byte[] binding, String user, String password) throws Exception {
        ScramHash hash = mechanism.contains("SHA-256") ? ScramHash.SHA_256 : ScramHash.SHA_1;
        String bare = "n=" + user + ",r=abcdefgh";
        send(auth(mechanism, gs2 + bare));
        Matcher challenge = matching("<(challenge|failure)[^>]*>([^<]*)<");
        if (challenge.group(1).equals("failure")) {
            return false;
        }
        String first = new String(Base64.getDecoder().decode(challenge.group(2)), StandardCharsets.UTF_8);
        Matcher parts = Pattern.compile("r=([^,]*),s=([^,]*),i=([0-9]+)").matcher(first);
        assertTrue(parts.matches(), first);
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2With" + hash.mac())
                .generateSecret(new PBEKeySpec(
                        password.toCharArray(),
                        Base64.getDecoder().decode(parts.group(2)),
                        Integer.parseInt(parts.group(3)),
                        hash.length() * 8))
                .getEncoded();
        byte[] header = gs2.getBytes(StandardCharsets.UTF_8);
        byte[] bound = Arrays.copyOf(header, header.length + binding.length);
        System.arraycopy(binding, 0, bound, header.length, binding.length);
        String last = "c=" + Base64.getEncoder().encodeToString(bound) + ",r=" + parts.group(1);
        String authMessage = bare + ',' + first + ',' + last;
        byte[] proof = Credentials.hmac(hash, salted, "Client Key");
        byte[] stored = MessageDigest.getInstance(hash.digest()).digest(proof);
        byte[] signature = Credentials.hmac(hash, stored, authMessage);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= signature[i];
        }
        send(response(last + ",p=" + Base64.getEncoder().encodeToString(proof)));
        Matcher end = matching("<(success|failure)[^>]*>([^<]*)<");
        if (end.group(1).equals("failure")) {
            return false;
        }
        byte[] expected = Credentials.hmac(hash, Credentials.hmac(hash, salted, "Server Key"), authMessage);
        String wanted = "v=" + Base64.getEncoder().encodeToString(expected);
        assertTrue(wanted.equals(new String(Base64.getDecoder().decode(end.group(2)), StandardCharsets.UTF_8)));
        matching("success>");
        return true;
    }

    /** From an open, unauthenticated stream to a bound resource. */
    TestClient login(String resource) throws IOException {
        send(plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        open();
        return bind(resource);
    }

    /** What follows the login. */
    TestClient bind(String resource) throws IOException {
        send("<iq type='set' id='bind-1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource
                + "</resource></bind></iq>");
        until("</iq>");
        return this;
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
