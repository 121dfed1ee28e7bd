package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the client is told what of its stanzas is final (XEP-0198 §4). */
class AcknowledgementTest {
    private static final String REQUEST = "<r xmlns='urn:xmpp:sm:3'/>";
    private static final String MESSAGE = "<message/>";
    private static final String NOW = "<iq type='get' id='now'><x xmlns='x'/></iq>";

    @TempDir
    static Path home;

    /** Verdicts of messages, in order of arrival. */
    private final BlockingQueue<CompletableFuture<Outcome>> verdicts = new LinkedBlockingQueue<>();

    private TestServer server;
    private TestClient client;
    private FakeSessions.Session session;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(home, TestServer.config(Tls.OFF));
        server.server.streams().answerWithin(Duration.ofMinutes(10));
        server.sessions.behaviour = (s, stanza) -> {
            if (stanza instanceof Iq iq) {
                return CompletableFuture.completedFuture(
                        iq.isRequest() ? new Outcome.Answer(iq.result().element()) : Outcome.DONE);
            }
            CompletableFuture<Outcome> verdict = new CompletableFuture<>();
            verdicts.add(verdict);
            return verdict;
        };
        client = server.online("balcony");
        session = server.sessions.next();
        client.send("<enable xmlns='urn:xmpp:sm:3'/>").until("<enabled xmlns='urn:xmpp:sm:3'/>");
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        verdicts.forEach(verdict -> verdict.complete(Outcome.DONE));
        server.close();
    }

    private CompletableFuture<Outcome> verdict() throws InterruptedException {
        return verdicts.poll(20, TimeUnit.SECONDS);
    }

    private static String a(long h) {
        return "<a xmlns='urn:xmpp:sm:3' h='" + h + "'/>";
    }

    /** What comes before the answer to a request that is sent now. */
    private String untilNow() throws Exception {
        return client.send(NOW).until("id='now'");
    }

    private static int acknowledgements(String text) {
        return text.split("<a ", -1).length - 1;
    }

    @Test
    void aRequestIsAnsweredOnceWhenWhatCameBeforeItIsFinal() throws Exception {
        client.send(MESSAGE + REQUEST + MESSAGE);
        CompletableFuture<Outcome> first = verdict();
        CompletableFuture<Outcome> second = verdict(); // so that the request has been read
        session.send("<message id='meanwhile'/>");
        assertFalse(client.until("meanwhile").contains("<a "));
        first.complete(Outcome.DONE);
        client.until(a(1));
        second.complete(Outcome.DONE);
        assertEquals(0, acknowledgements(untilNow()));
    }

    @Test
    void aRequestWaitsForItsOwnAndNotForWhatComesBehindIt() throws Exception {
        client.send(MESSAGE + MESSAGE + REQUEST + MESSAGE + REQUEST + MESSAGE);
        CompletableFuture<Outcome> one = verdict();
        CompletableFuture<Outcome> two = verdict();
        CompletableFuture<Outcome> three = verdict();
        CompletableFuture<Outcome> four = verdict();
        two.complete(Outcome.DONE);
        one.complete(Outcome.DONE);
        client.until(a(2));
        three.complete(Outcome.DONE);
        client.until(a(3));
        four.complete(Outcome.DONE);
        assertEquals(0, acknowledgements(untilNow()));
    }

    @Test
    void everyRequestThatWaitsIsAnsweredAndNobodyIsToldUnasked() throws Exception {
        client.send(MESSAGE + REQUEST + REQUEST + MESSAGE + REQUEST + MESSAGE + "<iq type='result' id='last'/>");
        CompletableFuture<Outcome> one = verdict();
        CompletableFuture<Outcome> two = verdict();
        CompletableFuture<Outcome> three = verdict();
        while (!"last".equals(session.next().id())) {
            continue; // what is before it is under way then
        }
        two.complete(Outcome.DONE);
        three.complete(Outcome.DONE);
        one.complete(Outcome.DONE);
        client.matching("(<a xmlns='urn:xmpp:sm:3' h='[34]'/>){3}");
        assertEquals(0, acknowledgements(untilNow()));
    }

    @Test
    void whoWaitsTooLongIsToldWhatIsFinalAndTheRestLater() throws Exception {
        server.server.streams().answerWithin(Duration.ofMillis(20));
        client.send(MESSAGE + MESSAGE + REQUEST);
        CompletableFuture<Outcome> one = verdict();
        CompletableFuture<Outcome> two = verdict();
        client.until(a(0));
        one.complete(Outcome.DONE);
        session.send("<message id='meanwhile'/>");
        assertFalse(client.until("meanwhile").contains("<a "));
        two.complete(Outcome.DONE);
        client.until(a(2));
        client.send(MESSAGE + REQUEST).until(a(2)); // and so the next time
        verdict().complete(Outcome.DONE);
        client.until(a(3));
        assertEquals(0, acknowledgements(untilNow()));
    }

    @Test
    void whatIsOwedIsToldByTheNextAnswer() throws Exception {
        server.server.streams().answerWithin(Duration.ofMillis(20));
        client.send(MESSAGE + REQUEST);
        client.until(a(0));
        server.server.streams().answerWithin(Duration.ofMinutes(10));
        client.send(MESSAGE + REQUEST + MESSAGE);
        CompletableFuture<Outcome> one = verdict();
        CompletableFuture<Outcome> two = verdict();
        CompletableFuture<Outcome> three = verdict(); // by now the request was read
        one.complete(Outcome.DONE);
        two.complete(Outcome.DONE);
        assertEquals(a(2), client.until(a(2)));
        three.complete(Outcome.DONE);
        assertEquals(0, acknowledgements(untilNow()));
    }

    @Test
    void requestsThatWaitAreBounded() throws Exception {
        client.send(MESSAGE + REQUEST.repeat(1_025));
        client.until(a(0));
        CompletableFuture<Outcome> one = verdict();
        client.send(MESSAGE);
        verdict();
        one.complete(Outcome.DONE);
        for (int i = 0; i < 1_024; i++) {
            client.until(a(1));
        }
    }

    @Test
    void whoSaysGoodbyeIsAnsweredBefore() throws Exception {
        client.send(MESSAGE + REQUEST + "</stream:stream>");
        verdict().complete(Outcome.DONE);
        assertTrue(client.until("</stream:stream>").contains(a(1)));
    }

    @Test
    void aServerThatStopsAnswersBefore() throws Exception {
        client.send(MESSAGE + REQUEST + REQUEST + MESSAGE);
        CompletableFuture<Outcome> one = verdict();
        CompletableFuture<Outcome> two = verdict();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
        one.complete(Outcome.DONE);
        client.until(a(1) + a(1));
        two.complete(Outcome.DONE);
        client.until("<system-shutdown");
        client.close();
        stopped.get(20, TimeUnit.SECONDS);
    }
}
