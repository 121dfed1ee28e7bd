package im.restante.internal.c2s;

import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.iq.FeatureProvider;
import im.restante.session.CloseReason;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.stanza.Stanza;
import im.restante.streammanagement.PendingOutcomes;
import im.restante.streammanagement.VerdictRoom;
import im.restante.xml.Element;
import im.restante.xml.StreamCondition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verdicts that never come, and bundles beside this one that fail: whom that costs what. */
@SuppressWarnings("try") // clients that only have to be there
class TroubleTest {
    private static final C2sConfig PATIENT = TestServer.config(Tls.OFF);

    @TempDir
    static Path home;

    private final ExecutorService store = Executors.newSingleThreadExecutor();
    private TestServer server = new TestServer(home, TestServer.config(Tls.OFF));

    @AfterEach
    void stop() {
        server.close();
        store.shutdownNow();
    }

    /** Messages {@code stuck} never get a verdict, all others soon; requests are answered. */
    private void someVerdictsNeverCome() {
        server.sessions.behaviour = (session, stanza) -> "stuck".equals(stanza.id())
                ? new CompletableFuture<>()
                : CompletableFuture.supplyAsync(() -> answer(stanza), store);
    }

    private static Outcome answer(Stanza stanza) {
        return stanza instanceof Iq iq ? new Outcome.Answer(iq.result().element()) : Outcome.DONE;
    }

    private static String iq(String id) {
        return "<iq type='get' id='" + id + "'><x xmlns='x'/></iq>";
    }

    /** A server whose clocks are looked at as often as those times need, and that is patient until the test begins. */
    private void serve(C2sConfig impatient) {
        server.close();
        server = new TestServer(home, impatient);
        server.change(PATIENT);
    }

    @Test
    void verdictsThatNeverComeStopNobodyElseAndEndWithTheirConnections() throws Exception {
        someVerdictsNeverCome();
        List<TestClient> floods = new ArrayList<>();
        List<FakeSessions.Session> sessions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            TestClient flood = server.online("flood" + i);
            floods.add(flood);
            FakeSessions.Session session = server.sessions.next();
            sessions.add(session);
            flood.send("<message id='stuck'/>".repeat(PendingOutcomes.MAX_OPEN));
            int read = i < 3 ? PendingOutcomes.MAX_OPEN : 1;
            eventually("stanzas are read", () -> session.received.size() >= read);
        }
        eventually(
                "they take all there is",
                () -> server.server.streams().verdictRoom().isFull());
        try (TestClient innocent = server.online("innocent")) {
            innocent.send("<message id='m1'/><message id='m2'/>" + iq("meanwhile"));
            innocent.until("id='meanwhile'");
            for (int i = 0; i < 5; i++) {
                sessions.get(i).link.close(StreamCondition.CONFLICT, null);
                floods.get(i).close();
                sessions.get(i).end();
            }
            innocent.send("<message id='m1'/>".repeat(2 * VerdictRoom.SHARE) + iq("afterwards"));
            innocent.until("id='afterwards'");
        }
        eventually(
                "all is given back", () -> server.server.streams().verdictRoom().taken() == 0);
    }

    @Test
    void aClientThatIsGoneWhileNobodyReadsItIsNoticed() throws Exception {
        C2sConfig impatient = TestServer.impatient(30_000, 300, 300, 60_000);
        serve(impatient);
        someVerdictsNeverCome();
        TestClient client = server.online("balcony");
        FakeSessions.Session session = server.sessions.next();
        client.send("<message id='stuck'/>".repeat(PendingOutcomes.MAX_OPEN));
        eventually("all are read", () -> session.received.size() == PendingOutcomes.MAX_OPEN);
        server.change(impatient);
        client.socket.setSoLinger(true, 0);
        client.close();
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void noClientIsCutForItsSilenceWhileNobodyReadsIt() throws Exception {
        C2sConfig impatient = TestServer.impatient(30_000, 1_000, 1_000, 60_000);
        serve(impatient);
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        server.sessions.behaviour = (session, stanza) ->
                stanza instanceof Message ? verdict : CompletableFuture.completedFuture(answer(stanza));
        try (TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            client.send("<message/>".repeat(PendingOutcomes.MAX_OPEN));
            eventually("all are read", () -> session.received.size() == PendingOutcomes.MAX_OPEN);
            eventually(
                    "they are counted",
                    () -> server.server.streams().verdictRoom().taken() == PendingOutcomes.MAX_OPEN);
            server.change(impatient);
            client.until("  "); // written so that TCP finds out
            server.change(PATIENT);
            assertFalse(session.ending.isDone());
            verdict.complete(Outcome.DONE);
            client.send(iq("still here")).until("id='still here'");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerThatCannotBeWrittenIsAnErrorAndTheStreamGoesOn(boolean later) throws Exception {
        server.sessions.behaviour = (session, stanza) -> {
            Element bad = Element.builder("jabber:client", "iq")
                    .attribute("type", "result")
                    .attribute("id", stanza.id())
                    .attribute("from", "localhost")
                    .child(TestServer.CANNOT_BE_WRITTEN)
                    .build();
            Outcome outcome = "bad".equals(stanza.id()) ? new Outcome.Answer(bad) : answer(stanza);
            return later
                    ? CompletableFuture.supplyAsync(() -> outcome, store)
                    : CompletableFuture.completedFuture(outcome);
        };
        try (TestClient client = server.online("balcony")) {
            client.send(iq("bad") + iq("good"));
            String error = client.until("</iq>");
            assertTrue(error.contains("id='bad'") && error.contains("type='error'"), error);
            assertTrue(error.contains("<internal-server-error ") && error.contains("from='localhost'"), error);
            client.until("id='good'");
        }
    }

    @Test
    void anErrorInTheSessionEndsItsStreamWithAWord() throws Exception {
        server.sessions.behaviour = (session, stanza) -> {
            throw new NoClassDefFoundError("a test");
        };
        endsWithInternalServerError();
    }

    @Test
    void aSessionThatAnswersNothingEndsItsStream() throws Exception {
        server.sessions.behaviour = (session, stanza) -> null;
        endsWithInternalServerError();
    }

    private void endsWithInternalServerError() throws Exception {
        try (TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            client.send("<message/>");
            assertTrue(client.until("</stream:stream>").contains("<internal-server-error "));
            client.close();
            assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
        }
    }

    @Test
    void aTaskThatFailsEndsItsStreamAndNotTheVerdictsOfOthers() throws Exception {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        server.sessions.behaviour = (session, stanza) -> verdict;
        try (TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            client.send("<message/>");
            session.next();
            session.link.afterPending(() -> {
                throw new AssertionError("a test");
            });
            CountDownLatch others = new CountDownLatch(1);
            verdict.thenRun(others::countDown);
            verdict.complete(Outcome.DONE);
            assertTrue(others.await(20, TimeUnit.SECONDS));
            assertTrue(client.until("</stream:stream>").contains("<internal-server-error "));
            client.close();
            assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
        }
    }

    @Test
    void aSessionThatComesTooLateEnds() throws Exception {
        server.sessions.bindable = new CompletableFuture<>();
        FakeSessions.Session late;
        try (TestClient client = server.connect()) {
            client.open();
            client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
            client.open();
            client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
            late = server.sessions.next();
            server.change(TestServer.impatient(1, 60_000, 60_000, 60_000));
            client.until("<connection-timeout");
            client.rest();
        }
        server.close(); // and nobody waits for it
        server.sessions.bindable.complete(null);
        assertEquals(CloseReason.CUT, late.end());
    }

    @Test
    void aFeatureThatCannotBeWrittenKeepsNobodyOut() throws Exception {
        server.server.features().add(new FeatureProvider() {
            @Override
            public Set<String> serverFeatures() {
                return Set.of();
            }

            @Override
            public List<Element> streamFeatures() {
                return List.of(TestServer.CANNOT_BE_WRITTEN, Element.of("x", "name"));
            }
        });
        try (TestClient client = server.connect()) {
            client.open();
            client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
            assertTrue(client.open().contains("<name xmlns='x'/>"));
        }
    }

    @Test
    void aProviderWithANullAmongItsFeaturesKeepsNobodyOut() throws Exception {
        for (Element offered : Arrays.asList(null, Element.of("x", "name"))) {
            server.server.features().add(new FeatureProvider() {
                @Override
                public Set<String> serverFeatures() {
                    return Set.of();
                }

                @Override
                public List<Element> streamFeatures() {
                    return Collections.singletonList(offered);
                }
            });
        }
        try (TestClient client = server.connect()) {
            client.open();
            client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
            assertTrue(client.open().contains("<name xmlns='x'/>"));
        }
    }

    @Test
    void aTaskOfTheTimerThatFailsDoesNotStopIt() throws Exception {
        CountDownLatch next = new CountDownLatch(1);
        server.server.later(Duration.ZERO, () -> {
            throw new AssertionError("a test");
        });
        server.server.later(Duration.ZERO, next::countDown);
        assertTrue(next.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aSessionThatFailsToEndKeepsNoServerFromStopping() throws Exception {
        TestClient client = server.online("balcony");
        FakeSessions.Session session = server.sessions.next();
        session.ending.complete(CloseReason.ORDERLY); // so that ended() throws
        client.close();
        long began = System.nanoTime();
        server.close();
        long took = System.nanoTime() - began; // if it waits, then for all that a shutdown waits: 12 s
        assertTrue(took < TimeUnit.SECONDS.toNanos(10), "the server waited for it");
    }
}
