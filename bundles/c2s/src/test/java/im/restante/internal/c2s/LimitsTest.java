package im.restante.internal.c2s;

import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.jid.Jid;
import im.restante.limit.Limits;
import im.restante.limit.Permission;
import im.restante.limit.Rates;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link Limits} say holds, for connections that are open too. */
@SuppressWarnings("try") // connections that end before their block
class LimitsTest {
    private static final String HERE = "127.0.0.2";
    private static final String THERE = "127.0.0.3";

    /** A header of the PROXY protocol for a client at 192.0.2.7. */
    private static final byte[] FROM_192_0_2_7 =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000207c00002019c401466");

    @TempDir
    static Path home;

    private final FakeLimits limits = new FakeLimits();
    private TestServer server;

    @BeforeEach
    void serve() {
        server = new TestServer(home, TestServer.config(Tls.OFF));
        server.server.limits(limits);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestClient online(String from) throws IOException {
        TestClient client = server.connectFrom(from);
        client.open();
        return client.login("of-" + from);
    }

    private static Permission refused() {
        return Permission.refused("some-limit", "Not <now>");
    }

    @Test
    void whoMayNotConnectIsToldWhy() throws Exception {
        limits.connect = refused();
        try (TestClient client = server.connectFrom(HERE)) {
            String all = client.rest();
            assertTrue(all.contains("<stream:stream "), all);
            assertTrue(all.contains("<policy-violation"), all);
            assertTrue(all.contains("Not &lt;now&gt;"), all);
            assertTrue(all.endsWith("</stream:stream>"), all);
        }
        limits.connect = Permission.GRANTED;
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
        }
    }

    @Test
    void thoseWhoMayNotConnectAreNotRefusedWithoutEnd() throws Exception {
        limits.connect = refused();
        long begin = System.nanoTime();
        for (int i = 0; i < 500; i++) {
            server.connectFrom(HERE).close();
        }
        try (TestClient last = server.connectFrom(HERE)) {
            last.rest();
        }
        assertTrue(System.nanoTime() - begin >= Duration.ofMillis(200).toNanos(), "500, of which 100 at once");
    }

    @Test
    void aConnectionCountsWhileItIsThere() throws Exception {
        try (TestClient client = online(HERE);
                TestClient other = server.connectFrom(HERE)) {
            other.open();
            assertEquals(2, limits.open(HERE));
            other.close();
            eventually(() -> limits.open(HERE) == 1);
            client.close();
            eventually(() -> limits.open(HERE) == 0);
        }
    }

    @Test
    void otherLimitsTakeOverTheConnectionsThereAre() throws Exception {
        FakeLimits others = new FakeLimits();
        try (TestClient client = online(HERE)) {
            server.server.limits(others);
            assertEquals(0, limits.open(HERE));
            assertEquals(1, others.open(HERE));
            server.server.limits(null);
            assertEquals(0, others.open(HERE));
            server.server.limits(limits);
            assertEquals(1, limits.open(HERE));
            client.send("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>")
                    .until("id='1'");
        }
        eventually(() -> limits.open(HERE) == 0);
        assertEquals(0, others.open(HERE));
    }

    @Test
    void theMemoryForStanzasChangesWhileConnectionsAreOpen() throws Exception {
        String large = "<iq type='get' id='1'><x xmlns='u'>" + "x".repeat(80_000) + "</x></iq>";
        try (TestClient client = online(HERE)) {
            client.send(large);
            server.sessions.next().next();
            limits.memoryBudget = 100_000;
            client.send(large);
            assertTrue(client.until("</stream:stream>").contains("<resource-constraint"));
        }
    }

    @Test
    void limitsThatFailLimitNothing() throws Exception {
        Limits broken = (Limits) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Limits.class}, (proxy, method, arguments) -> {
                    throw new IllegalStateException("broken");
                });
        server.server.limits(broken);
        server.accounts.open = true;
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
            assertTrue(register(client, "romeo").contains("result"));
            client.login("balcony");
        }
    }

    @Test
    void aFloodIsReadSlowlyAndItsNeighbourIsNot() throws Exception {
        limits.ratesOf.put(HERE, Rates.of(-1, 25));
        int flood = 25 * Rates.BURST_SECONDS + 50;
        try (TestClient flooder = online(HERE)) {
            FakeSessions.Session slow = server.sessions.next();
            try (TestClient neighbour = online(THERE)) {
                long began = System.nanoTime();
                flooder.send("<message to='romeo@localhost'/>".repeat(flood));
                for (int i = 0; i < 300; i++) {
                    neighbour
                            .send("<iq type='get' id='n" + i + "'><ping xmlns='urn:xmpp:ping'/></iq>")
                            .until("id='n" + i + "'");
                }
                eventually(() -> slow.received.size() == flood);
                long took = System.nanoTime() - began;
                assertTrue(took > TimeUnit.MILLISECONDS.toNanos(1_500), "50 over the burst at 25/s took " + took);
            }
        }
    }

    @Test
    void bytesAreCountedBeneathTheStanzas() throws Exception {
        limits.rates = Rates.of(10_000, -1);
        try (TestClient client = online(HERE)) {
            FakeSessions.Session session = server.sessions.next();
            long began = System.nanoTime();
            client.send("<message to='romeo@localhost'><body>" + "x".repeat(20_000 + 10_000 * Rates.BURST_SECONDS)
                    + "</body></message>");
            session.next();
            long took = System.nanoTime() - began;
            assertTrue(took > TimeUnit.MILLISECONDS.toNanos(1_000), "20,000 over the burst at 10,000/s took " + took);
        }
    }

    @Test
    void aRateThatIsLiftedSetsFreeWhoWaits() throws Exception {
        limits.rates = Rates.of(-1, 1);
        try (TestClient client = online(HERE)) {
            FakeSessions.Session session = server.sessions.next();
            client.send("<message to='romeo@localhost'/>".repeat(10_000));
            session.next();
            limits.rates = Rates.NONE;
            eventually(() -> session.received.size() == 9_999);
        }
    }

    @Test
    void aClientThatIsNotReadForItsFloodIsNotTakenForDead() throws Exception {
        server.close();
        C2sConfig impatient = TestServer.impatient(30_000, 1_000, 1_000, 60_000);
        server = new TestServer(home, impatient);
        server.change(TestServer.config(Tls.OFF)); // patient until the client has said all it says
        server.server.limits(limits);
        limits.rates = Rates.of(1_000, -1);
        try (TestClient client = online(HERE)) {
            FakeSessions.Session session = server.sessions.next();
            client.send("<message to='romeo@localhost'><body>" + "x".repeat(5_000 + 1_000 * Rates.BURST_SECONDS)
                    + "</body></message><presence/>");
            server.change(impatient);
            session.next();
            session.next();
        }
    }

    @Test
    void aLoginThatIsRefusedMayBeTriedAgain() throws Exception {
        limits.login = refused();
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
            client.send(TestClient.plain("", "juliet", "r0m30")).until("<temporary-auth-failure");
            client.until("</failure>");
            assertFalse(client.scram("SCRAM-SHA-256", "n,,", new byte[0], "juliet", "r0m30"));
            assertEquals(List.of(), limits.ended);
            limits.login = Permission.GRANTED;
            client.send(TestClient.plain("", "juliet", "wrong")).until("<not-authorized");
            client.until("</failure>");
            assertTrue(client.scram("SCRAM-SHA-1", "n,,", new byte[0], "juliet", "r0m30"));
        }
        assertEquals(List.of("127.0.0.2 juliet@localhost false", "127.0.0.2 juliet@localhost true"), limits.ended);
    }

    @Test
    void aFailedProofCountsAsWrong() throws Exception {
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
            assertFalse(client.scram("SCRAM-SHA-256", "n,,", new byte[0], "juliet", "wrong"));
        }
        assertEquals(List.of("127.0.0.2 juliet@localhost false"), limits.ended);
    }

    @Test
    void aLoginMayHaveToWait() throws Exception {
        limits.login = Permission.delayed(Duration.ofMillis(300));
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
            long began = System.nanoTime();
            client.login("balcony");
            assertTrue(System.nanoTime() - began >= TimeUnit.MILLISECONDS.toNanos(300));
        }
    }

    @Test
    void whoLeavesWhileItWaitsWaitsNoMore() throws Exception {
        limits.login = Permission.delayed(Duration.ofDays(1));
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
            client.send(TestClient.plain("", "juliet", "r0m30"));
            eventually(() -> limits.open(HERE) == 1);
            server.close();
            assertEquals(0, limits.open(HERE));
        }
    }

    private static String register(TestClient client, String name) throws IOException {
        client.send("<iq type='set' id='r-" + name + "'><query xmlns='jabber:iq:register'><username>" + name
                + "</username><password>secret</password></query></iq>");
        return client.matching("<iq [^>]*?(/>|>.*?</iq>)").group();
    }

    @Test
    void aConnectionRegistersAsManyAccountsAsItMay() throws Exception {
        server.accounts.open = true;
        limits.accounts = 2;
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
            assertTrue(register(client, "a").contains("result"));
            assertTrue(register(client, "b").contains("result"));
            assertTrue(register(client, "c").contains("<resource-constraint "));
            limits.accounts = -1;
            for (int i = 0; i < 30; i++) {
                assertTrue(register(client, "user" + i).contains("result"));
            }
        }
        assertTrue(server.accounts.passwords.containsKey(Jid.of("user29@localhost")));
    }

    @Test
    void aRegistrationThatIsRefusedMakesNothing() throws Exception {
        server.accounts.open = true;
        limits.register = refused();
        try (TestClient client = server.connectFrom(HERE)) {
            client.open();
            String answer = register(client, "romeo");
            assertTrue(answer.contains("<resource-constraint ") && answer.contains("Not &lt;now>"), answer);
            assertFalse(server.accounts.passwords.containsKey(Jid.of("romeo@localhost")));
            limits.register = Permission.GRANTED;
            assertTrue(register(client, "romeo").contains("result"));
        }
    }

    private TestClient behindProxy(byte[] header) throws IOException {
        TestClient client = server.connectFrom(HERE);
        client.plain.getOutputStream().write(header);
        return client;
    }

    @Test
    void behindAProxyTheClientIsWhoTheProxySays() throws Exception {
        limits.proxy = InetAddress.getByName(HERE);
        try (TestClient client = behindProxy(FROM_192_0_2_7)) {
            client.open();
            assertEquals(1, limits.open("192.0.2.7"));
            assertEquals(0, limits.open(HERE));
            client.login("balcony");
            assertEquals("192.0.2.7:40000", server.sessions.next().link.remote());
        }
        eventually(() -> limits.open("192.0.2.7") == 0);
        assertEquals(List.of("192.0.2.7 juliet@localhost true"), limits.ended);
    }

    /** Without a word; by a reset where something was unread, or the server had not yet seen it. */
    private static void assertClosed(TestClient client) throws IOException {
        try {
            assertEquals("", client.rest());
        } catch (SocketException e) {
            // closed as well
        }
    }

    @Test
    void aConnectionOfTheProxysOwnIsItsOwn() throws Exception {
        limits.proxy = InetAddress.getByName(HERE);
        try (TestClient client = behindProxy(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000"))) {
            client.open();
            assertEquals(1, limits.open(HERE));
        }
    }

    @Test
    void aClientTheProxyNamesMayBeRefused() throws Exception {
        limits.proxy = InetAddress.getByName(HERE);
        limits.connect = refused();
        try (TestClient client = behindProxy(FROM_192_0_2_7)) {
            assertTrue(client.rest().contains("<policy-violation"));
        }
    }

    @Test
    void aProxyThatSaysNothingIsRefused() throws Exception {
        limits.proxy = InetAddress.getByName(HERE);
        try (TestClient client = server.connectFrom(HERE)) {
            assertClosed(client.send(TestClient.HEADER));
        }
    }

    @Test
    void aProxyThatIsSilentIsRefusedAfterAWhile() throws Exception {
        limits.proxy = InetAddress.getByName(HERE);
        try (TestClient client = server.connectFrom(HERE)) {
            client.plain.getOutputStream().write(FROM_192_0_2_7, 0, 20);
            assertClosed(client);
        }
    }

    @Test
    void aServerThatStopsWaitsForNoHeader() throws Exception {
        limits.proxy = InetAddress.getByName(HERE);
        try (TestClient client = server.connectFrom(HERE)) {
            server.close();
            assertClosed(client);
        }
    }

    @Test
    void fromEverybodyElseTheHeaderIsNoXml() throws Exception {
        limits.proxy = InetAddress.getByName(THERE);
        try (TestClient client = behindProxy(FROM_192_0_2_7)) {
            String all = client.rest();
            assertTrue(all.contains("<stream:error>"), all);
            assertEquals(0, limits.open("192.0.2.7"));
        }
    }
}
