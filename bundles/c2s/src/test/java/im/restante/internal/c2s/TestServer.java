package im.restante.internal.c2s;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.internal.sasl.PasswordMechanisms;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.internal.tls.PemCertificates;
import im.restante.itests.support.FakeReference;
import im.restante.jid.Jid;
import im.restante.sasl.SaslMechanism;
import im.restante.streammanagement.OutboundHeap;
import im.restante.streammanagement.StanzaHeap;
import im.restante.xml.Element;
import im.restante.xml.HeapBudget;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.ServiceReference;

/** A server on a free port of the loopback, between fake accounts, fake sessions and the real codec. */
final class TestServer implements AutoCloseable {
    /** What this codec fails to write. */
    static final Element CANNOT_BE_WRITTEN = Element.of("urn:example:broken", "broken");

    private static final XmlCodec CODEC = new XmlCodec() {
        private final XmlCodec real = new HardenedXmlCodec();

        @Override
        public StanzaReader reader(InputStream in, StreamLimits limits, HeapBudget budget) {
            return real.reader(in, limits, budget);
        }

        @Override
        public byte[] serialize(Element element, String inScope) {
            if (element.equals(CANNOT_BE_WRITTEN) || element.content().contains(CANNOT_BE_WRITTEN)) {
                throw new IllegalStateException("broken on purpose");
            }
            return real.serialize(element, inScope);
        }

        @Override
        public Element parse(byte[] utf8, String inScope) throws XmlStreamException {
            return real.parse(utf8, inScope);
        }
    };

    final FakeAccounts accounts = new FakeAccounts();
    final FakeSessions sessions = new FakeSessions();
    final Server server;
    /** Those of passwords. */
    final List<ServiceReference<SaslMechanism>> mechanisms = new ArrayList<>();

    private final PemCertificates certificates;

    TestServer(Path home, C2sConfig config) {
        this(home, config, new ConnectionThreads());
    }

    TestServer(Path home, C2sConfig config, ConnectionThreads threads) {
        certificates = new PemCertificates(home);
        server = new Server(sessions, accounts, CODEC, Jid.of("localhost"), certificates, threads, config);
        long id = 0;
        for (SaslMechanism mechanism : PasswordMechanisms.all(accounts)) {
            mechanisms.add(new FakeReference<>(id++, 0));
            server.mechanisms().add(mechanisms.get(mechanisms.size() - 1), mechanism);
        }
        server.start();
    }

    /** A connection's share of a heap that is never full. */
    static OutboundHeap heapEnough() {
        return new OutboundHeap(roomEnough(), roomEnough());
    }

    static HeapBudget roomEnough() {
        return new StanzaHeap(() -> Long.MAX_VALUE, 0).share();
    }

    static C2sConfig config(Tls tls) {
        return new C2sConfig(
                Jid.of("localhost"),
                "127.0.0.1",
                0,
                tls,
                0,
                "",
                "",
                StreamLimits.of(100_000, 64),
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                2_048,
                1_048_576);
    }

    /** Timeouts of silence, in milliseconds. */
    static C2sConfig impatient(int auth, int idle, int ping, int write) {
        C2sConfig c = config(Tls.OFF);
        return new C2sConfig(
                c.domain(),
                c.host(),
                c.port(),
                c.tls(),
                c.directTlsPort(),
                c.certificate(),
                c.privateKey(),
                c.limits(),
                Duration.ofMillis(auth),
                Duration.ofMillis(idle),
                Duration.ofMillis(ping),
                Duration.ofMillis(write),
                c.resumeTimeout(),
                c.outboundLimit(),
                c.outboundBytes());
    }

    /** Another configuration, for connections that are open too; how often clocks are looked at stays as it began. */
    void change(C2sConfig config) {
        server.reconfigure(config);
    }

    TestClient connect() throws IOException {
        return new TestClient(server.address());
    }

    /** @param from an address of this machine, such as 127.0.0.2 */
    TestClient connectFrom(String from) throws IOException {
        return new TestClient(server.address(), from);
    }

    /** A client with a bound resource, without TLS. */
    TestClient online(String resource) throws IOException {
        TestClient client = connect();
        client.open();
        return client.login(resource);
    }

    @Override
    public void close() {
        server.stop();
        certificates.close();
    }
}
