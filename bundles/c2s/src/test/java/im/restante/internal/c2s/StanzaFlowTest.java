package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.session.CloseReason;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.streammanagement.PendingOutcomes;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stanzas of a bound session, their verdicts, and the goodbye. */
@SuppressWarnings("try") // clients that only have to be there
class StanzaFlowTest {
    @TempDir
    static Path home;

    /** Verdicts of messages, in order of arrival, for the test to complete. */
    private final BlockingQueue<CompletableFuture<Outcome>> verdicts = new LinkedBlockingQueue<>();

    private final Queue<CompletableFuture<Outcome>> all = new ConcurrentLinkedQueue<>();
    private TestServer server;
    private TestClient client;
    private FakeSessions.Session session;

    @BeforeEach
    void connect() throws Exception {
        server = new TestServer(home, TestServer.config(Tls.OFF));
        client = server.online("balcony");
        session = server.sessions.next();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.sessions.behaviour = (s, stanza) -> CompletableFuture.completedFuture(Outcome.DONE);
        all.forEach(verdict -> verdict.complete(Outcome.DONE));
        server.close();
    }

    /** Messages stay open until the test decides; IQs are answered at once. */
    private void holdMessages() {
        server.sessions.behaviour = (s, stanza) -> {
            if (stanza instanceof Message) {
                CompletableFuture<Outcome> verdict = new CompletableFuture<>();
                verdicts.add(verdict);
                all.add(verdict);
                return verdict;
            }
            return CompletableFuture.completedFuture(
                    stanza instanceof Iq iq ? new Outcome.Answer(iq.result().element()) : Outcome.DONE);
        };
    }

    private CompletableFuture<Outcome> verdict() throws InterruptedException {
        return verdicts.poll(20, TimeUnit.SECONDS);
    }

    private static String message(int number) {
        return "<message to='romeo@localhost' id='m" + number + "'><body>" + number + "</body></message>";
    }

    private static String iq(String id) {
        return "<iq type='get' id='" + id + "'><ping xmlns='urn:xmpp:ping'/></iq>";
    }

    private void endsWith(String condition) throws Exception {
        assertTrue(client.until("</stream:stream>").contains("<" + condition + " "));
        assertEquals("", client.rest());
        client.close();
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
    }

    @ParameterizedTest
    @ValueSource(strings = {"juliet@localhost", "juliet@localhost/balcony", "JULIET@localhost/balcony"})
    void aClientMaySayWhoItIs(String from) throws Exception {
        client.send("<message from='" + from + "' to='romeo@localhost'/>");
        assertEquals("romeo@localhost", session.next().to().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"romeo@localhost", "juliet@localhost/chamber", "localhost", "@"})
    void aClientMayNotSayItIsAnother(String from) throws Exception {
        client.send("<message from='" + from + "' to='romeo@localhost'/>");
        endsWith("invalid-from");
        assertTrue(session.received.isEmpty());
    }

    @Test
    void whatIsNoStanzaEndsTheStream() throws Exception {
        client.send("<letter/>");
        endsWith("unsupported-stanza-type");
    }

    @Test
    void aStanzaOfAnotherNamespaceEndsTheStream() throws Exception {
        client.send("<message xmlns='jabber:server'/>");
        endsWith("unsupported-stanza-type");
    }

    @Test
    void anAddressThatIsNoneIsAnsweredAndTheStreamGoesOn() throws Exception {
        client.send("<message to='@' id='m1'><body>x</body></message>");
        String error = client.until("</message>");
        assertTrue(error.contains("<jid-malformed ") && error.contains("id='m1'") && error.contains("type='error'"));
        assertTrue(error.contains("<body>x</body>") && error.contains("from='localhost'"), error);
        client.send("<iq type='result' to='@' id='r'/><message type='error' to='@'/>" + iq("next"));
        assertFalse(client.until("id='next'").contains("jid-malformed"));
        assertEquals("next", session.next().id());
    }

    @Test
    void theStreamsLanguageIsTheStanzasUnlessItHasItsOwn() throws Exception {
        try (TestClient german = server.connect()) {
            german.open();
            german.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
            german.send(TestClient.HEADER.replace("to='localhost'", "to='localhost' xml:lang='de'"))
                    .until("</stream:features>");
            german.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
                    .until("</iq>");
            FakeSessions.Session other = server.sessions.next();
            german.send(message(1) + "<message xml:lang='fr'/>");
            assertEquals("de", other.next().element().attribute(Namespaces.XML, "lang"));
            assertEquals("fr", other.next().element().attribute(Namespaces.XML, "lang"));
        }
        client.send(message(1));
        assertNull(session.next().element().attribute(Namespaces.XML, "lang"));
    }

    @Test
    void anAnswerWaitsForTheVerdictsBeforeIt() throws Exception {
        holdMessages();
        client.send(message(1) + message(2) + iq("after-2") + message(3) + iq("after-3"));
        CompletableFuture<Outcome> first = verdict();
        CompletableFuture<Outcome> second = verdict();
        CompletableFuture<Outcome> third = verdict();
        session.received.clear();
        second.complete(Outcome.DONE);
        third.complete(Outcome.DONE);
        assertTrue(session.send("<message id='from-another'/>"));
        assertFalse(client.until("from-another").contains("after"));
        first.complete(Outcome.DONE);
        assertFalse(client.until("id='after-2'").contains("after-3"));
        client.until("id='after-3'");
    }

    @Test
    void readingStopsWhileTooManyVerdictsAreOpen() throws Exception {
        holdMessages();
        StringBuilder many = new StringBuilder();
        int sent = PendingOutcomes.MAX_OPEN + 10;
        for (int i = 0; i < sent; i++) {
            many.append(message(i));
        }
        client.send(many.toString());
        CompletableFuture<Outcome> first = null;
        for (int i = 0; i < PendingOutcomes.MAX_OPEN; i++) {
            CompletableFuture<Outcome> verdict = verdict();
            first = first == null ? verdict : first;
        }
        assertNull(verdicts.poll(200, TimeUnit.MILLISECONDS));
        first.complete(Outcome.DONE);
        verdict();
        assertNull(verdicts.poll(200, TimeUnit.MILLISECONDS));
    }

    @Test
    void readingStopsWhileTooManyBytesAreOpen() throws Exception {
        holdMessages();
        String big = "<message to='romeo@localhost'><body>" + "x".repeat(90_000) + "</body></message>";
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < 20; i++) {
                    client.send(big);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        int open = 0;
        while (verdicts.poll(open < 11 ? 20_000 : 500, TimeUnit.MILLISECONDS) != null) {
            open++;
        }
        assertTrue(open >= 11 && open <= 13, "open: " + open);
        client.close();
        sending.exceptionally(e -> null).get(20, TimeUnit.SECONDS);
    }

    @Test
    void aTaskRunsWhenEverythingBeforeItIsFinal() throws Exception {
        holdMessages();
        client.send(message(1));
        CompletableFuture<Outcome> first = verdict();
        CountDownLatch ran = new CountDownLatch(1);
        session.link.afterPending(ran::countDown);
        client.send(message(2));
        verdict();
        assertEquals(1, ran.getCount());
        first.complete(Outcome.DONE);
        assertTrue(ran.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aTaskRunsAtOnceIfNothingIsOpen() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        session.link.afterPending(ran::countDown);
        assertEquals(0, ran.getCount());
    }

    @Test
    void aTaskAskedForWithinAStanzaWaitsForItsAnswer() throws Exception {
        server.sessions.behaviour = (s, stanza) -> {
            s.link.afterPending(() -> s.send("<message id='task'/>"));
            return CompletableFuture.completedFuture(
                    new Outcome.Answer(((Iq) stanza).result().element()));
        };
        client.send(iq("asked"));
        assertTrue(client.until("id='task'").contains("id='asked'"));
    }

    @Test
    void theClosingTagWaitsForTheVerdicts() throws Exception {
        holdMessages();
        client.send(message(1) + "</stream:stream>");
        CompletableFuture<Outcome> first = verdict();
        assertTrue(session.send("<message id='late'/>"));
        assertFalse(client.until("late").contains("</stream:stream>"));
        first.complete(Outcome.DONE);
        client.until("</stream:stream>");
        assertEquals("", client.rest());
        client.close();
        assertEquals(CloseReason.ORDERLY, session.end());
    }

    @Test
    void aCutIsACut() throws Exception {
        client.send(message(1));
        session.next();
        client.close();
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void aResetAfterTheGoodbyeIsACutToo() throws Exception {
        client.send("</stream:stream>");
        client.plain.setSoLinger(true, 0);
        client.until("</stream:stream>");
        client.close();
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void aConflictEndsTheOlderOne() throws Exception {
        session.link.close(StreamCondition.CONFLICT, "replaced");
        assertTrue(client.until("</stream:stream>").contains(">replaced</text>"));
        assertEquals("", client.rest());
        assertFalse(session.send("<message/>"));
        client.close();
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
    }

    @Test
    void nothingIsAcceptedAfterTheServerEndedTheStream() throws Exception {
        session.link.close(StreamCondition.CONFLICT, null);
        client.send(message(1)).until("</stream:stream>");
        client.send("</stream:stream>");
        client.rest();
        client.close();
        session.end();
        assertTrue(session.received.isEmpty());
    }

    @Test
    void aFaultOfTheSessionEndsOnlyItsOwnStream() throws Exception {
        server.sessions.behaviour = (s, stanza) -> {
            throw new IllegalStateException("a test");
        };
        client.send(message(1));
        endsWith("internal-server-error");
        try (TestClient other = server.online("chamber")) {
            assertEquals("chamber", server.sessions.next().jid.resource());
        }
    }

    @Test
    void aVerdictThatFailsIsNeverCalledTaken() throws Exception {
        server.sessions.behaviour = (s, stanza) -> stanza instanceof Message
                ? CompletableFuture.failedFuture(new IllegalStateException("a test"))
                : CompletableFuture.completedFuture(
                        new Outcome.Answer(((Iq) stanza).result().element()));
        client.send(message(1) + iq("after"));
        String end = client.until("</stream:stream>");
        assertTrue(end.contains("<internal-server-error ") && !end.contains("after"), end);
    }

    @Test
    void hostileXmlEndsTheStream() throws Exception {
        client.send("<message><!-- hello --></message>");
        endsWith("restricted-xml");
    }

    @Test
    void aStanzaOverTheLimitEndsTheStream() throws Exception {
        client.send("<message><body>" + "x".repeat(100_000) + "</body></message>");
        endsWith("policy-violation");
    }
}
