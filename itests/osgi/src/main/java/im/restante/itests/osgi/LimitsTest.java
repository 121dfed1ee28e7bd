package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.limit.DiskSpace;
import im.restante.limit.Limits;
import im.restante.limit.Permission;
import im.restante.limit.Rates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** Limits change, and are replaced, while a client is connected and goes on. */
@ExtendWith(BundleContextExtension.class)
class LimitsTest {
    private static final String PID = "im.restante.limits";

    @InjectBundleContext
    BundleContext context;

    private Server server;
    private PlainClient witness;
    private int asked;

    @BeforeEach
    void somebodyIsConnected() throws Exception {
        server = new Server(context);
        server.account("balthasar");
        witness = server.login("balthasar");
    }

    @AfterEach
    void asItWas() throws Exception {
        witness.ping(Server.DOMAIN, "still-there");
        witness.close();
        server.configure(PID, Map.of());
        Server.until("everybody is let in", () -> isLetIn("127.0.0.9"));
    }

    /** Whether a client from there gets a stream; if not, it must have been told why. */
    private boolean isLetIn(String from) throws Exception {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("<stream:stream to='localhost' version='1.0' xmlns='jabber:client'"
                                    + " xmlns:stream='http://etherx.jabber.org/streams'>")
                            .getBytes(StandardCharsets.UTF_8));
            StringBuilder said = new StringBuilder();
            byte[] buffer = new byte[4_096];
            while (true) {
                int read;
                try {
                    read = socket.getInputStream().read(buffer);
                } catch (IOException e) { // a reset, for what we had written
                    return false;
                }
                if (read < 0) {
                    return false;
                }
                said.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
                if (said.indexOf("</stream:features>") >= 0) {
                    return true;
                }
                if (said.indexOf("</stream:stream>") >= 0) {
                    assertTrue(said.indexOf("<policy-violation") >= 0, said.toString());
                    return false;
                }
            }
        }
    }

    @Test
    void theConfigurationIsInForceForTheNextConnection() throws Exception {
        assertTrue(isLetIn("127.0.0.9"));
        try (Socket first = new Socket()) {
            first.bind(new InetSocketAddress("127.0.0.9", 0));
            first.connect(new InetSocketAddress("127.0.0.1", server.port()));
            server.configure(PID, Map.of("exempt", "none", "connections-per-address", "1"));
            Server.until("a second connection is refused", () -> !isLetIn("127.0.0.9"));
            Server.until("a first one from elsewhere is not", () -> isLetIn("127.0.0.10"));
            server.configure(PID, Map.of("exempt", "somewhere", "connections-per-address", "-1"));
            server.configure(PID, Map.of("exempt", "127.0.0.9", "connections-per-address", "1"));
            Server.until("an exempt one neither", () -> isLetIn("127.0.0.9"));
        }
    }

    @Test
    void anotherServiceTakesOverAndGivesBack() throws Exception {
        ServiceRegistration<Limits> registration = context.registerService(
                Limits.class, new NobodyFromThere(), new Hashtable<>(Map.of(Constants.SERVICE_RANKING, 1_000)));
        try {
            Server.until("it refuses whom it wants", () -> !isLetIn("127.0.0.9"));
            assertTrue(isLetIn("127.0.0.10"));
        } finally {
            registration.unregister();
        }
        Server.until("the one before is asked again", () -> isLetIn("127.0.0.9"));
    }

    @Test
    void aDiskThatIsNearlyFullRefusesMailAndEverythingElseGoesOn() throws Exception {
        String owner = "melchior@" + Server.DOMAIN;
        server.account("melchior");
        AtomicReference<DiskSpace.Level> level = new AtomicReference<>(DiskSpace.Level.EXHAUSTED);
        witness.message(owner, "first");
        assertFalse(witness.answers(Server.DOMAIN, "with-room").contains("type='error'"));
        ServiceRegistration<DiskSpace> registration = context.registerService(
                DiskSpace.class, level::get, new Hashtable<>(Map.of(Constants.SERVICE_RANKING, 1_000)));
        try {
            Server.until("all mail is refused", () -> refused(owner, "no room for more messages, try"));
            level.set(DiskSpace.Level.SCARCE);
            assertTrue(refused(owner, "somebody the recipient does not know"));
            try (PlainClient melchior = server.login("melchior")) { // a disk that is full keeps nobody out
                melchior.send("<presence/>");
                melchior.await("<body>first</body>");
                melchior.send("<iq type='set' id='know'><query xmlns='jabber:iq:roster'><item jid='balthasar@"
                        + Server.DOMAIN + "'/></query></iq>");
                melchior.await("id=.know.");
            }
            Server.until("a sender the owner knows is not refused", () -> !refused(owner, "resource-constraint"));
        } finally {
            registration.unregister();
        }
        Server.until("all mail is stored again", () -> !refused(owner, "resource-constraint"));
    }

    private boolean refused(String owner, String text) throws Exception {
        witness.message(owner, "one more");
        String answers = witness.answers(Server.DOMAIN, "refused-" + asked++);
        assertTrue(!answers.contains(text) || answers.contains("<resource-constraint"), answers);
        return answers.contains(text);
    }

    private static final class NobodyFromThere implements Limits {
        @Override
        public Permission connect(InetAddress client) {
            return client.getHostAddress().equals("127.0.0.9")
                    ? Permission.refused("nobody-from-there", "Nobody from there")
                    : Permission.GRANTED;
        }

        @Override
        public void present(InetAddress client) {}

        @Override
        public void disconnected(InetAddress client) {}

        @Override
        public Permission login(InetAddress client, Jid account) {
            return Permission.GRANTED;
        }

        @Override
        public void loginEnded(InetAddress client, Jid account, boolean right) {}

        @Override
        public Permission register(InetAddress client) {
            return Permission.GRANTED;
        }

        @Override
        public int accountsPerConnection() {
            return 1;
        }

        @Override
        public Rates rates(InetAddress client) {
            return Rates.NONE;
        }

        @Override
        public int maxResources(Jid account) {
            return -1;
        }

        @Override
        public boolean isProxy(InetAddress peer) {
            return false;
        }
    }
}
