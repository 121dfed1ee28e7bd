package im.restante.internal.c2s;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import im.restante.account.Accounts;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.sasl.PasswordMechanisms;
import im.restante.internal.support.Digests;
import im.restante.internal.support.LogLimits;
import im.restante.itests.fuzz.Demand;
import im.restante.itests.fuzz.Services;
import im.restante.itests.support.FakeReference;
import im.restante.jid.Jid;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslMechanism;
import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamHeader;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One login. The first byte: the mechanism, whether the channel can be bound to, and which messages are put into base64 here; then
 * the client's messages, a line each. {@code %N} in one stands for the nonce the server gave, {@code %C} for the right channel
 * binding in base64, {@code %P} for the right proof. Nobody gets in without a proof, or the password {@code r0m30}.
 */
public final class SaslFuzz {
    private static final Jid DOMAIN = Jid.of("localhost");
    private static final String[] MECHANISMS = {
        "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", null, "", "EXTERNAL"
    };
    private static final String PASSWORD = "r0m30";
    private static final byte[] CHANNEL = {1, 2, 3};
    private static final byte[] CLIENT_KEY = new byte[32];

    private static final Accounts ACCOUNTS = Services.of(
            Accounts.class,
            Map.of(
                    "verify", args -> done("juliet@localhost".equals(args[0].toString()) && PASSWORD.equals(args[1])),
                    "credentials", args -> done(credentials((ScramHash) args[1]))));

    private static final Mechanisms OFFERED = mechanisms();

    private SaslFuzz() {}

    private static Mechanisms mechanisms() {
        Mechanisms mechanisms = new Mechanisms();
        long id = 0;
        for (SaslMechanism mechanism : PasswordMechanisms.all(ACCOUNTS)) {
            mechanisms.add(new FakeReference<>(id++, 0), mechanism);
        }
        return mechanisms;
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static ScramCredentials credentials(ScramHash hash) {
        byte[] stored = Digests.digest(hash.digest(), clientKey(hash));
        return new ScramCredentials(hash, new byte[] {1, 2, 3, 4}, 4096, stored, stored);
    }

    private static byte[] clientKey(ScramHash hash) {
        return Arrays.copyOf(CLIENT_KEY, hash.length());
    }

    /** Says line after line, and knows the challenge. */
    private static final class Client implements StanzaReader {
        private final Deque<String> lines;
        private final int how;
        private final ScramHash hash;
        private String first = "";
        private String challenge = "";
        private boolean proves;

        Client(List<String> lines, int how, ScramHash hash) {
            this.lines = new ArrayDeque<>(lines);
            this.how = how;
            this.hash = hash;
        }

        void hear(Element said) {
            if (said.is(StreamXml.SASL, "challenge") && !said.text().isEmpty()) {
                challenge = new String(Base64.getDecoder().decode(said.text()), ISO_8859_1);
            }
        }

        String say() {
            String line = lines.isEmpty() ? "" : lines.poll();
            if ((how & 0x10) != 0) {
                return line; // as it is
            }
            if (challenge.isEmpty()) {
                first = line;
            }
            String text = line.replace("%N", challenge.split(",", -1)[0].replaceFirst("^r=", ""))
                    .replace("%C", Base64.getEncoder().encodeToString(binding()));
            int proofAt = text.indexOf(",p=%P");
            if (proofAt >= 0) {
                proves = true;
                text = text.replace("%P", proof(text.substring(0, proofAt)));
            }
            return Base64.getEncoder().encodeToString(text.getBytes(ISO_8859_1));
        }

        private byte[] binding() {
            int end = first.indexOf(',', first.indexOf(',') + 1);
            byte[] header = first.substring(0, end + 1).getBytes(ISO_8859_1);
            byte[] data = first.startsWith("p=") ? CHANNEL : new byte[0];
            byte[] both = Arrays.copyOf(header, header.length + data.length);
            System.arraycopy(data, 0, both, header.length, data.length);
            return both;
        }

        private String proof(String withoutProof) {
            int end = first.indexOf(',', first.indexOf(',') + 1);
            String message = first.substring(end + 1) + ',' + challenge + ',' + withoutProof;
            byte[] key = clientKey(hash);
            byte[] signature = Digests.hmac(hash.mac(), Digests.digest(hash.digest(), key), message);
            for (int i = 0; i < key.length; i++) {
                key[i] ^= signature[i];
            }
            return Base64.getEncoder().encodeToString(key);
        }

        @Override
        public StreamHeader header() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Element next() {
            return switch (how & 0x60) {
                case 0x60 -> lines.isEmpty() ? null : Element.of(StreamXml.SASL, "abort");
                case 0x40 -> lines.isEmpty() ? null : Element.of(StreamXml.SASL, "auth", say());
                default -> lines.isEmpty() ? null : Element.of(StreamXml.SASL, "response", say());
            };
        }

        @Override
        public boolean buffered() {
            return !lines.isEmpty();
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException, XmlStreamException, InterruptedException {
        if (input.length == 0) {
            return;
        }
        int how = input[0];
        String mechanism = MECHANISMS[how & 7];
        List<String> lines = List.of(new String(input, 1, input.length - 1, ISO_8859_1).split("\n", -1));
        ScramHash hash = mechanism != null && mechanism.contains("256") ? ScramHash.SHA_256 : ScramHash.SHA_1;
        Client client = new Client(lines, how, hash);
        Map<String, byte[]> bindings = (how & 8) == 0 ? Map.of() : Map.of("tls-exporter", CHANNEL);
        ClientAddress clientAddress =
                new ClientAddress(new Guard(line -> {}), new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        Map<String, SaslMechanism> offered = OFFERED.offered(!bindings.isEmpty());
        List<String> names = List.copyOf(offered.keySet());
        Sasl sasl = new Sasl(
                true,
                offered,
                bindings.keySet(),
                () -> new LoginTry(
                        clientAddress,
                        DOMAIN,
                        bindings,
                        names,
                        account -> {},
                        (pause, task) -> done(null),
                        Runnable::run),
                client,
                client::hear,
                new CompletableFuture<>(),
                new LogLimits(System::nanoTime));
        Element auth = Element.builder(StreamXml.SASL, "auth")
                .attribute("mechanism", mechanism)
                .text(client.say())
                .build();
        try {
            Jid account = sasl.authenticate(auth);
            if (account != null && "PLAIN".equals(mechanism)) {
                Demand.that(account.toString().equals("juliet@localhost"), "somebody else is let in: " + account);
            } else if (account != null) {
                Demand.that(client.proves, "let in without a proof: " + account);
            }
        } catch (SaslFailure e) {
            Demand.that(!e.condition().element().isEmpty(), "a failure without a name");
        }
    }
}
