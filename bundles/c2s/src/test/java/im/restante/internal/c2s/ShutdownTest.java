package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that stops says so and loses nothing. */
@SuppressWarnings("try") // clients that only have to be there
class ShutdownTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Jid JULIET = Jid.of("juliet@localhost");

    @TempDir
    static Path home;

    @Test
    void everybodyIsTold() throws Exception {
        TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
        try (TestClient online = server.online("balcony");
                TestClient newcomer = server.connect()) {
            newcomer.open();
            FakeSessions.Session session = server.sessions.next();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
            assertTrue(online.until("</stream:stream>").contains("<system-shutdown "));
            assertTrue(newcomer.until("</stream:stream>").contains("<system-shutdown "));
            online.close();
            newcomer.close();
            stopped.get(20, TimeUnit.SECONDS);
            assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
            assertThrows(ConnectException.class, server::connect);
        }
    }

    @Test
    void openVerdictsBecomeFinalFirst() throws Exception {
        TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        server.sessions.behaviour = (s, stanza) -> verdict;
        try (TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            client.send("<iq type='get' id='q'/>");
            Iq iq = (Iq) session.next();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
            waitUntilNobodyMayConnect(server);
            session.send("<message id='still-here'/>");
            assertFalse(client.until("still-here").contains("shutdown"));
            verdict.complete(new Outcome.Answer(iq.result().element()));
            String end = client.until("</stream:stream>");
            assertTrue(end.contains("id='q'") && end.contains("<system-shutdown "), end);
            client.close();
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatASlowClientDidNotGetComesBackAndIsAwaited() throws Exception {
        TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
        try (TestClient slow = new TestClient(server.server.address(), 4_096)) {
            slow.open();
            slow.login("slow");
            FakeSessions.Session session = server.sessions.next();
            CompletableFuture<Void> putAway = new CompletableFuture<>();
            session.putAway = putAway;
            byte[] xml = ("<message><body>" + "x".repeat(1_000) + "</body></message>").getBytes(StandardCharsets.UTF_8);
            int taken = 0;
            while (OutboundTest.offeredSoon(session, numbered(taken + 1, xml))) {
                taken++;
            }
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
            assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
            assertEquals(
                    taken,
                    session.unsent.get(session.unsent.size() - 1).arrival().id());
            assertFalse(stopped.isDone());
            putAway.complete(null);
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    private static Outbound numbered(int number, byte[] xml) {
        return new Outbound(xml, new Arrival(number, JULIET, ROMEO, Instant.EPOCH));
    }

    private static void waitUntilNobodyMayConnect(TestServer server) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            try (TestClient late = server.connect()) {
                Thread.yield();
            } catch (IOException e) {
                return;
            }
        }
        throw new AssertionError("still listening");
    }
}
