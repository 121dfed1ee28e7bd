package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.session.ProofPolicy;
import im.restante.session.ProofPolicy.Way;
import im.restante.store.StoredMessage;
import im.restante.streammanagement.PendingOutcomes;
import im.restante.xml.StreamCondition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What proves that a client has what it was sent, and what does not. */
class ProofTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Jid JULIET = Jid.of("juliet@localhost");
    private static final String ENABLE = "<enable xmlns='urn:xmpp:sm:3'/>";
    private static final String REQUEST = "<r xmlns='urn:xmpp:sm:3'/>";

    @TempDir
    static Path home;

    /** Rows that were told to be proved, in this order. */
    private final List<Long> told = new CopyOnWriteArrayList<>();

    private TestServer server;
    private TestClient client;
    private FakeSessions.Session session;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(home, TestServer.impatient(30_000, 200_000, 200_000, 400)); // looks often
        server.change(TestServer.impatient(30_000, 200_000, 200_000, 60_000)); // and spares a writer that has to wait
        client = server.online("balcony");
        session = server.sessions.next();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private static ProofPolicy policy(Way way) {
        return new ProofPolicy(way, Duration.ofSeconds(60));
    }

    private static ProofPolicy impatient(Way way) {
        return new ProofPolicy(way, Duration.ofSeconds(1));
    }

    /** For a client that must be heard meanwhile, on a machine that may stand still for a second or two. */
    private static ProofPolicy lessImpatient(Way way) {
        return new ProofPolicy(way, Duration.ofSeconds(3));
    }

    private static byte[] xml(long id) {
        return ("<message id='m" + id + "'><body>x</body></message>").getBytes(StandardCharsets.UTF_8);
    }

    private CompletableFuture<Void> send(ProofPolicy policy, long from, long to) {
        List<StoredMessage> rows = LongStream.rangeClosed(from, to)
                .mapToObj(id -> StoredMessage.of(id, JULIET, ROMEO, Instant.EPOCH, xml(id)))
                .toList();
        return session.link.sendStored(rows, policy, told::addAll).toCompletableFuture();
    }

    private boolean offerLive(long id) {
        return session.link.offer(new Outbound(xml(id), new Arrival(id, JULIET, ROMEO, Instant.EPOCH)));
    }

    private String proofPing() throws Exception {
        return client.matching("<iq [^>]*id='(proof-[^']*)'").group(1);
    }

    private void enable() throws Exception {
        client.send(ENABLE).until("<enabled xmlns='urn:xmpp:sm:3'/>");
    }

    private void ack(long h) throws Exception {
        client.send("<a xmlns='urn:xmpp:sm:3' h='" + h + "'/>");
    }

    private static void proved(CompletableFuture<Void> proof) throws Exception {
        proof.get(20, TimeUnit.SECONDS);
    }

    private static void failed(CompletableFuture<Void> proof) {
        assertThrows(ExecutionException.class, () -> proof.get(20, TimeUnit.SECONDS));
    }

    /** Everything sent before has been handled when the answer to this comes. */
    private void roundTrip() throws Exception {
        client.send("<iq type='get' id='trip'><x xmlns='x'/></iq>").until("id='trip'");
        client.until(">");
    }

    private void talkUntilDone(CompletableFuture<Void> proof) throws Exception {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!proof.isDone() && System.nanoTime() < end) {
            client.send("<message id='alive'/>");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private List<Long> unsent() {
        return session.unsent.stream().map(o -> o.arrival().id()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"result", "error"})
    void anAnswerToThePingBehindABatchProvesIt(String type) throws Exception {
        CompletableFuture<Void> first = send(policy(Way.AUTO), 1, 3);
        client.until("id='m3'");
        String one = proofPing();
        CompletableFuture<Void> second = send(policy(Way.AUTO), 4, 5);
        String two = proofPing();
        roundTrip();
        assertFalse(first.isDone());
        client.send("<iq type='" + type + "' to='localhost' id='" + one + "'/>");
        proved(first);
        assertFalse(second.isDone());
        client.send("<iq type='" + type + "' id='" + two + "'/>");
        proved(second);
        roundTrip();
        assertTrue(session.received.stream()
                .allMatch(stanza -> "trip".equals(stanza.element().attribute("id"))));
    }

    @Test
    void theAnswerToALaterPingProvesTheBatchesBefore() throws Exception {
        CompletableFuture<Void> first = send(policy(Way.PING), 1, 3);
        CompletableFuture<Void> second = send(policy(Way.PING), 4, 5);
        proofPing();
        client.send("<iq type='result' id='" + proofPing() + "'/>");
        proved(first);
        proved(second);
    }

    @Test
    void withStreamManagementTheCountOfTheClientProves() throws Exception {
        enable();
        session.send("<message id='live'/>");
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        assertFalse(client.until(REQUEST).contains("urn:xmpp:ping"));
        ack(3);
        roundTrip();
        assertFalse(proof.isDone());
        ack(5); // the live one, three rows, and the answer to the iq
        proved(proof);
    }

    @Test
    void whatCameBeforeStreamManagementIsNotCounted() throws Exception {
        session.send("<message id='before'/>");
        client.until("id='before'");
        enable();
        CompletableFuture<Void> proof = send(policy(Way.SM), 1, 2);
        client.until(REQUEST);
        ack(2);
        proved(proof);
    }

    @Test
    void whoAcknowledgesMoreThanWasSentIsWrong() throws Exception {
        enable();
        send(policy(Way.AUTO), 1, 2);
        client.until(REQUEST);
        ack(3);
        String end = client.until("</stream:stream>");
        assertTrue(end.contains("<undefined-condition"), end);
        assertTrue(end.contains("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='3' send-count='2'/>"), end);
        client.close();
        assertEquals(List.of(), told);
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
    }

    @Test
    void anOrderlyEndProvesWhatWasWrittenBefore() throws Exception {
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        proofPing();
        client.until(">");
        client.send("</stream:stream>").until("</stream:stream>");
        client.rest();
        client.close();
        proved(proof);
        assertEquals(CloseReason.ORDERLY, session.end());
    }

    @Test
    void anOrderlyAnswerToOurGoodbyeProvesToo() throws Exception {
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        proofPing();
        session.link.close(StreamCondition.SYSTEM_SHUTDOWN, null);
        client.until("</stream:stream>");
        client.send("</stream:stream>").rest();
        client.close();
        proved(proof);
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
    }

    @Test
    void withStreamManagementAnOrderlyEndProvesNothing() throws Exception {
        enable();
        offerLive(7);
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        client.until("id='m3'");
        client.send("</stream:stream>").until("</stream:stream>");
        client.rest();
        client.close();
        failed(proof);
        assertEquals(CloseReason.ORDERLY, session.end());
        assertEquals(List.of(7L), unsent());
        assertEquals(List.of(), told);
    }

    @Test
    void withStreamManagementAnOrderlyAnswerToOurGoodbyeProvesNothing() throws Exception {
        enable();
        offerLive(7);
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        client.until("id='m3'");
        session.link.close(StreamCondition.SYSTEM_SHUTDOWN, null);
        client.until("</stream:stream>");
        client.send("</stream:stream>").rest();
        client.close();
        failed(proof);
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
        assertEquals(List.of(7L), unsent());
    }

    @Test
    void anAcknowledgementBeforeTheGoodbyeProves() throws Exception {
        enable();
        offerLive(7);
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        client.until("id='m3'");
        ack(3);
        client.send("</stream:stream>").until("</stream:stream>");
        client.rest();
        client.close();
        failed(proof);
        assertEquals(CloseReason.ORDERLY, session.end());
        assertEquals(List.of(), unsent());
        assertEquals(List.of(1L, 2L), told);
    }

    @Test
    void aBatchFromBeforeStreamManagementIsNotProvedByAGoodbye() throws Exception {
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        proofPing();
        client.until(">");
        enable();
        client.send("</stream:stream>").until("</stream:stream>");
        client.rest();
        client.close();
        failed(proof);
    }

    @Test
    void anAcknowledgementProvesTheRowsItCovers() throws Exception {
        enable();
        session.send("<message id='live'/>");
        CompletableFuture<Void> first = send(policy(Way.AUTO), 1, 30);
        CompletableFuture<Void> second = send(policy(Way.AUTO), 31, 60);
        CompletableFuture<Void> third = send(policy(Way.AUTO), 61, 90);
        client.until("id='m90'");
        ack(1);
        ack(11);
        roundTrip();
        assertEquals(range(1, 10), told);
        ack(32);
        proved(first);
        roundTrip();
        assertEquals(range(1, 31), told);
        client.socket.setSoLinger(true, 0);
        client.close();
        failed(second);
        failed(third);
        assertEquals(range(1, 31), told);
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void allRowsAreToldBeforeTheirBatchIsProved() throws Exception {
        CompletableFuture<List<Long>> before = send(policy(Way.WRITE), 1, 500).thenApply(done -> List.copyOf(told));
        assertEquals(range(1, 500), before.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aCountThatIsTooHighProvesNothing() throws Exception {
        enable();
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        client.until(REQUEST);
        ack(4);
        client.until("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='4' send-count='3'/>");
        ack(3); // and what it says afterwards is its own affair
        client.send("</stream:stream>").rest();
        client.close();
        proved(proof);
        assertEquals(range(1, 3), told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "4294967295"})
    void aCountThatIsNoneOfThisStreamEndsIt(String h) throws Exception {
        enable();
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        client.until(REQUEST);
        ack(2);
        client.send("<a xmlns='urn:xmpp:sm:3' h='" + h + "'/>"); // back, or around
        client.until("<handled-count-too-high");
        client.close();
        failed(proof);
        assertEquals(range(1, 2), told);
    }

    @Test
    void whoIsToldAndFailsEndsTheConnectionAndKeepsWhatItWasNotTold() throws Exception {
        enable();
        StoredMessage row = StoredMessage.of(1, JULIET, ROMEO, Instant.EPOCH, xml(1));
        CompletableFuture<Void> proof = session.link
                .sendStored(List.of(row), policy(Way.AUTO), ids -> {
                    throw new AssertionError("a test");
                })
                .toCompletableFuture();
        client.until(REQUEST);
        ack(1);
        failed(proof);
        client.until("<internal-server-error");
        client.close();
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
    }

    @Test
    void anAcknowledgementStillCountsWhenTheServerHasSaidGoodbye() throws Exception {
        enable();
        offerLive(1);
        offerLive(2);
        client.until("id='m2'");
        session.link.close(StreamCondition.SYSTEM_SHUTDOWN, null);
        client.until("</stream:stream>");
        ack(1);
        client.rest();
        client.close();
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
        assertEquals(List.of(2L), unsent());
    }

    @Test
    void aCutBeforeTheProofKeepsTheRows() throws Exception {
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        proofPing();
        client.socket.setSoLinger(true, 0);
        client.close();
        failed(proof);
        assertEquals(CloseReason.CUT, session.end());
        assertEquals(List.of(), unsent());
    }

    @Test
    void anEndOfTcpWithoutGoodbyeProvesNothing() throws Exception {
        CompletableFuture<Void> proof = send(policy(Way.AUTO), 1, 3);
        proofPing();
        client.socket.shutdownOutput();
        client.rest();
        client.close();
        failed(proof);
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void liveMessagesThatWereNotAcknowledgedComeBackInOrder() throws Exception {
        enable();
        for (int i = 1; i <= 5; i++) {
            assertTrue(offerLive(i));
        }
        client.until("id='m5'");
        ack(2);
        roundTrip();
        client.socket.setSoLinger(true, 0);
        client.close();
        assertEquals(CloseReason.CUT, session.end());
        assertEquals(List.of(3L, 4L, 5L), unsent());
    }

    @Test
    void liveMessagesAreAskedForAndUnacknowledgedOnesAreBounded() throws Exception {
        enable();
        int taken = 0;
        while (offerLive(taken + 1)) {
            taken++;
            assertTrue(taken <= 2_048);
        }
        assertEquals(2_048, taken);
        client.until(REQUEST);
        client.until("id='m2048'");
        assertFalse(offerLive(taken + 1));
        ack(2_048);
        roundTrip();
        assertTrue(offerLive(taken + 1));
        client.until(REQUEST);
    }

    @Test
    void whatIsWrittenIsProvedWherePolicySaysSo() throws Exception {
        CompletableFuture<Void> proof = send(policy(Way.WRITE), 1, 3);
        proved(proof);
        assertTrue(client.until("id='m3'").contains("id='m1'"));
    }

    @Test
    void whoAnswersNoPingButSpeaksGoesOnByWhatIsWritten() throws Exception {
        CompletableFuture<Void> first = send(lessImpatient(Way.AUTO), 1, 2);
        proofPing();
        talkUntilDone(first);
        proved(first);
        proved(send(impatient(Way.AUTO), 3, 4));
        client.until("id='m4'");
        assertFalse(session.ending.isDone());
    }

    @Test
    void whoAnswersNoPingGetsNothingMoreWhereOnlyPingsProve() throws Exception {
        CompletableFuture<Void> first = send(lessImpatient(Way.PING), 1, 2);
        proofPing();
        talkUntilDone(first);
        failed(first);
        failed(send(impatient(Way.PING), 1, 2));
        roundTrip();
        assertFalse(session.ending.isDone());
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTO", "PING"})
    void whoSaysNothingAtAllIsCut(Way way) throws Exception {
        CompletableFuture<Void> proof = send(impatient(way), 1, 2);
        assertTrue(client.until("</stream:stream>").contains("<connection-timeout"));
        client.close();
        failed(proof);
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void withoutStreamManagementNothingIsSentWhereOnlyThatProves() throws Exception {
        failed(send(policy(Way.SM), 1, 2));
        roundTrip();
        assertFalse(session.ending.isDone());
    }

    @Test
    void noTimerRunsWhileWeDoNotReadTheClient() throws Exception {
        server.sessions.behaviour = (s, stanza) -> new CompletableFuture<>();
        client.send("<message/>".repeat(PendingOutcomes.MAX_OPEN));
        for (int i = 0; i < PendingOutcomes.MAX_OPEN; i++) {
            session.next();
        }
        CompletableFuture<Void> proof = send(impatient(Way.AUTO), 1, 2);
        proofPing();
        assertThrows(TimeoutException.class, () -> proof.get(3, TimeUnit.SECONDS));
        assertFalse(session.ending.isDone());
    }

    @Test
    void aRequestIsAnsweredWithWhatIsFinalAndOnceMoreWhenTheRestIs() throws Exception {
        CompletableFuture<Outcome> open = new CompletableFuture<>();
        server.sessions.behaviour = (s, stanza) ->
                "slow".equals(stanza.element().attribute("id"))
                        ? open
                        : CompletableFuture.completedFuture(Outcome.DONE);
        client.send("<message id='before'/>");
        enable();
        client.send("<message id='a'/><message id='slow'/><message id='b'/>" + REQUEST);
        client.until("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        open.complete(Outcome.DONE);
        client.until("<a xmlns='urn:xmpp:sm:3' h='3'/>");
        client.send(REQUEST).until("<a xmlns='urn:xmpp:sm:3' h='3'/>");
    }

    @Test
    void theCountNeverGoesBackWhoeverSaysIt() throws Exception {
        ExecutorService store = Executors.newSingleThreadExecutor();
        server.sessions.behaviour = (s, stanza) -> CompletableFuture.supplyAsync(() -> Outcome.DONE, store);
        enable();
        int count = 3_000;
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < count; i++) {
                    client.send("<message/>" + REQUEST);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        sender.start();
        int last = 0;
        while (last < count) {
            int h = Integer.parseInt(client.matching(" h='([0-9]+)'/>").group(1));
            assertTrue(h >= last, h + " after " + last);
            last = h;
        }
        sender.join();
        store.shutdown();
    }

    @Test
    void answersToOurPingsCountAsHandled() throws Exception {
        CompletableFuture<Void> proof = send(policy(Way.PING), 1, 1);
        String ping = proofPing();
        enable();
        client.send("<iq type='result' id='" + ping + "'/>");
        proved(proof);
        client.send(REQUEST).until("<a xmlns='urn:xmpp:sm:3' h='1'/>");
    }

    @Test
    void streamManagementIsOfferedAndResumptionRefused() throws Exception {
        try (TestClient other = server.connect()) {
            other.open();
            other.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
            assertTrue(other.open().contains("<sm xmlns='urn:xmpp:sm:3'/>"));
            other.send("<resume xmlns='urn:xmpp:sm:3' previd='x' h='1'/>")
                    .matching("<failed.*<item-not-found.*</failed>");
            other.send(ENABLE).matching("<failed.*<unexpected-request.*</failed>");
            other.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
                    .until("</iq>");
            other.send(ENABLE).until("<enabled xmlns='urn:xmpp:sm:3'/>");
            other.send(ENABLE);
            assertTrue(other.until("</stream:stream>").contains("<stream:error>"));
        }
    }

    @Test
    void anAcknowledgementBeforeItWasEnabledEndsTheStream() throws Exception {
        ack(0);
        assertTrue(client.until("</stream:stream>").contains("<unsupported-stanza-type"));
    }
}
