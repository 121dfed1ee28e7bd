package im.restante.internal.c2s;

import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import im.restante.streammanagement.Resumptions;
import im.restante.xml.StreamCondition;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that comes back to the stream it was cut from (XEP-0198 §5). */
@SuppressWarnings("try") // clients that only have to be there
class ResumeTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Jid JULIET = Jid.of("juliet@localhost");

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    static Path home;

    /** Rows that were told to be proved, in this order. */
    private final List<Long> told = new CopyOnWriteArrayList<>();

    private TestServer server;
    private TestClient client;
    private FakeSessions.Session session;
    private String id;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(home, TestServer.impatient(30_000, 200_000, 200_000, 60_000));
        client = server.online("balcony");
        session = server.sessions.next();
        id = enable("60");
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    /** What a client that has not got a session yet is given from here on, in milliseconds since it connected. */
    private void authWithin(int millis) throws Exception {
        server.server.reconfigure(TestServer.impatient(millis, 200_000, 200_000, 60_000));
    }

    private String enable(String max) throws Exception {
        client.send("<enable xmlns='urn:xmpp:sm:3' resume='true' max='" + max + "'/>");
        Matcher enabled = client.matching("<enabled xmlns='urn:xmpp:sm:3' id='([^']*)' resume='true' max='([^']*)'/>");
        assertEquals(max, enabled.group(2));
        return enabled.group(1);
    }

    @Test
    void anOperatorSeesWhetherAStreamCanBeResumedAndHowMuchItsClientHasNotAcknowledged() throws Exception {
        assertTrue(session.link.resumable());
        assertEquals(0, session.link.backlog());
        offerLive(1);
        sendRow(2);
        assertEquals(2, session.link.backlog());
        client.until("id='m2'");
        assertEquals(2, session.link.backlog(), "it has them, and has not said so");
        client.send("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        eventually(() -> session.link.backlog() == 0);
        try (TestClient plain = server.online("orchard")) {
            assertFalse(server.sessions.next().link.resumable(), "it has not asked for it");
        }
    }

    private static byte[] xml(long id) {
        return ("<message id='m" + id + "'><body>x</body></message>").getBytes(StandardCharsets.UTF_8);
    }

    private void offerLive(long number) {
        assertTrue(session.link.offer(new Outbound(xml(number), new Arrival(number, JULIET, ROMEO, Instant.EPOCH))));
    }

    private CompletableFuture<Void> sendRow(long number) {
        return session.link
                .sendStored(
                        List.of(row(number)),
                        new ProofPolicy(ProofPolicy.Way.AUTO, Duration.ofSeconds(60)),
                        told::addAll)
                .toCompletableFuture();
    }

    private static StoredMessage row(long number) {
        return StoredMessage.of(number, JULIET, ROMEO, Instant.EPOCH, xml(number));
    }

    private static <T> T soon(BlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(20, TimeUnit.SECONDS);
        assertNotNull(taken, "not in time");
        return taken;
    }

    private static List<Long> ids(List<Outbound> live) {
        return live.stream().map(one -> one.arrival().id()).toList();
    }

    private void cut() throws Exception {
        client.socket.setSoLinger(true, 0);
        client.close();
    }

    /** Logged in on a new connection, no resource bound. */
    private TestClient back() throws Exception {
        TestClient again = server.connect();
        again.open();
        again.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        again.open();
        return again;
    }

    private TestClient resume(TestClient again, long h) throws Exception {
        return again.send("<resume xmlns='urn:xmpp:sm:3' previd='" + id + "' h='" + h + "'/>");
    }

    /** What a connection is told whose client went on elsewhere: {@code conflict}, if that is written within 250 ms. */
    private static String lastWords(TestClient dead) throws Exception {
        try {
            return dead.rest();
        } catch (SocketException e) {
            return "";
        }
    }

    private static void notFound(TestClient again) throws Exception {
        again.matching("<failed xmlns='urn:xmpp:sm:3'[^>]*><item-not-found");
    }

    @Test
    void whatWasNotAcknowledgedIsPutAwayOnceAndTheRestIsSentAgain() throws Exception {
        client.send("<message id='c1'/><message id='c2'/>");
        session.next();
        session.next();
        offerLive(1);
        session.send("<presence id='p2'/>");
        CompletableFuture<Void> proof = sendRow(3);
        session.send("<presence id='p4'/>");
        offerLive(5);
        client.until("id='m5'");
        cut();
        assertEquals(List.of(1L, 5L), ids(soon(session.suspensions)));
        assertFalse(session.ending.isDone());

        client = back();
        resume(client, 3);
        client.until("<resumed xmlns='urn:xmpp:sm:3' previd='" + id + "' h='2'/>");
        assertEquals(List.of(1L, 3L), soon(session.resumptions));
        assertTrue(proof.isCompletedExceptionally());
        client.until("<presence id='p4'/>");

        client.send("<message id='c3'/><r xmlns='urn:xmpp:sm:3'/>").until("<a xmlns='urn:xmpp:sm:3' h='3'/>");
        offerLive(6);
        client.until("id='m6'");
        client.send("<a xmlns='urn:xmpp:sm:3' h='5'/>"); // p4 is the fourth again, m6 the fifth
        client.send("</stream:stream>").rest();
        client.close();
        assertEquals(CloseReason.ORDERLY, session.end());
        assertEquals(List.of(), session.unsent);
    }

    @Test
    void ofThePagesOfADrainEveryRowIsProvedByWhatCoversIt() throws Exception {
        List<CompletableFuture<Void>> pages = new ArrayList<>();
        for (int page = 0; page < 3; page++) {
            List<StoredMessage> rows = LongStream.rangeClosed(30 * page + 1, 30 * page + 30)
                    .mapToObj(ResumeTest::row)
                    .toList();
            pages.add(session.link
                    .sendStored(rows, new ProofPolicy(ProofPolicy.Way.AUTO, TIMEOUT), told::addAll)
                    .toCompletableFuture());
        }
        client.until("id='m90'");
        client.send("<a xmlns='urn:xmpp:sm:3' h='31'/>");
        pages.get(0).get(20, TimeUnit.SECONDS);
        cut();
        soon(session.suspensions);
        assertEquals(LongStream.rangeClosed(1, 31).boxed().toList(), told);
        assertTrue(pages.get(1).isCompletedExceptionally());
        assertTrue(pages.get(2).isCompletedExceptionally());

        client = back();
        resume(client, 50).until("<resumed");
        List<Long> received = soon(session.resumptions);
        assertEquals(LongStream.rangeClosed(1, 50).boxed().toList(), received);
        assertEquals(31, told.size());
    }

    @Test
    void whatASessionSendsAtOnceIsAcknowledgedToo() throws Exception {
        cut();
        soon(session.suspensions);
        ProofPolicy onlyCounts = new ProofPolicy(ProofPolicy.Way.SM, TIMEOUT);
        CompletableFuture<CompletionStage<Void>> sent = new CompletableFuture<>();
        session.whenResumed = back -> sent.complete(back.sendStored(List.of(row(1)), onlyCounts, told::addAll));
        client = back();
        resume(client, 0).until("<resumed");
        client.until("id='m1'");
        client.until("<r xmlns='urn:xmpp:sm:3'/>");
        client.send("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        sent.get(20, TimeUnit.SECONDS).toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertEquals(List.of(1L), told);
    }

    @Test
    void copiesThatWereNotAcknowledgedAreSentAgainAndCountForNoRow() throws Exception {
        CompletableFuture<Void> got =
                session.link.sendCopies(List.of(copy(1), copy(2)), TIMEOUT).toCompletableFuture();
        client.until("<r xmlns='urn:xmpp:sm:3'/>");
        client.send("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        got.get(20, TimeUnit.SECONDS);
        CompletableFuture<Void> half =
                session.link.sendCopies(List.of(copy(3), copy(4)), TIMEOUT).toCompletableFuture();
        client.until("id='m4'");
        assertFalse(half.isDone());
        cut();
        soon(session.suspensions);
        assertTrue(half.isCompletedExceptionally());

        client = back();
        resume(client, 3);
        String again = client.until("id='m4'");
        assertFalse(again.contains("id='m3'"), again);
        assertEquals(List.of(), soon(session.resumptions), "no row of a spool was proved");
    }

    private static Outbound copy(long number) {
        return Outbound.of(xml(number));
    }

    @Test
    void aStreamIsResumedAgainAndAgain() throws Exception {
        for (int i = 1; i <= 5; i++) {
            cut();
            soon(session.suspensions);
            client = back();
            resume(client, i - 1).until("<resumed");
            offerLive(i);
            client.until("id='m" + i + "'");
        }
    }

    @Test
    void aClientNeedNotWaitUntilTheServerKnowsThatItsConnectionIsDead() throws Exception {
        offerLive(1);
        client.until("id='m1'");
        boolean isTold = false;
        for (int tries = 0; !isTold; tries++) { // on a busy machine 250 ms may be too short, now and then
            assertTrue(tries < 20, "nobody is told that the stream goes on elsewhere");
            try (TestClient dead = client) {
                client = back();
                resume(client, 0).until("<resumed");
                List<Long> live = tries == 0 ? List.of(1L) : List.of(); // given back once
                assertEquals(live, ids(soon(session.suspensions)));
                assertEquals(List.of(), soon(session.resumptions));
                isTold = lastWords(dead).contains("<conflict"); // it was not dead after all
            }
        }
        assertFalse(session.ending.isDone());
    }

    @Test
    void theVerdictsOfAConnectionThatIsReplacedGoOn() throws Exception {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        server.sessions.behaviour = (who, stanza) -> verdict;
        client.send("<message id='slow'/>");
        session.next();
        try (TestClient dead = client) {
            client = back();
            resume(client, 0);
            lastWords(dead);
            verdict.complete(Outcome.DONE);
            client.until("<resumed xmlns='urn:xmpp:sm:3' previd='" + id + "' h='1'/>");
        }
    }

    @Test
    void theAnswerWaitsForTheVerdictsOfTheOldConnection() throws Exception {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        server.sessions.behaviour = (who, stanza) -> verdict;
        client.send("<message id='slow'/>");
        session.next();
        cut();
        client = back();
        resume(client, 0);
        assertNull(session.resumptions.poll(200, TimeUnit.MILLISECONDS));
        verdict.complete(Outcome.DONE);
        client.until("<resumed xmlns='urn:xmpp:sm:3' previd='" + id + "' h='1'/>");
    }

    @Test
    void theAnswerWaitsUntilWhatCameBackIsDurable() throws Exception {
        CompletableFuture<Void> durable = new CompletableFuture<>();
        session.putAway = durable;
        cut();
        soon(session.suspensions);
        client = back();
        resume(client, 0);
        assertNull(session.resumptions.poll(200, TimeUnit.MILLISECONDS));
        durable.complete(null);
        client.until("<resumed");
    }

    @Test
    void aClientThatIsSentAwayBeforeItCouldGoOnMayComeAgain() throws Exception {
        CompletableFuture<Void> durable = new CompletableFuture<>();
        session.putAway = durable;
        cut();
        soon(session.suspensions);
        client = back();
        resume(client, 0);
        authWithin(1); // the store takes too long
        client.until("<connection-timeout");
        client.close();
        authWithin(30_000);
        durable.complete(null);
        client = back();
        resume(client, 0).until("<resumed");
        assertFalse(session.ending.isDone());
    }

    @Test
    void aSessionThatMustEndIsNotWaitedForWhenItIsGivenBack() throws Exception {
        session.putAway = new CompletableFuture<>();
        cut();
        soon(session.suspensions);
        client = back();
        resume(client, 0);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (server.server.streams().resumptions().isWaiting(id)) { // until the client has taken it
            assertTrue(System.nanoTime() < end);
            Thread.onSpinWait();
        }
        session.link.close(StreamCondition.CONFLICT, "somebody else has the name");
        authWithin(1);
        client.until("<connection-timeout");
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void nobodyElseResumesAStream() throws Exception {
        server.accounts.passwords.put(ROMEO, "r0m30");
        cut();
        soon(session.suspensions);
        client = server.connect();
        client.open();
        client.send(TestClient.plain("", "romeo", "r0m30")).matching("<success[^>]*>");
        client.open();
        resume(client, 0);
        notFound(client);
        client.close();
        client = back();
        String mine = id;
        id = "guessed";
        resume(client, 0);
        notFound(client);
        id = mine;
        resume(client, 0).until("<resumed");
    }

    @Test
    void aClientThatFailsToResumeBindsAResource() throws Exception {
        client.send("</stream:stream>").rest();
        client.close();
        assertEquals(CloseReason.ORDERLY, session.end());
        client = back();
        resume(client, 0);
        notFound(client);
        client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
                .until("</iq>");
        server.sessions.next();
    }

    @Test
    void aSessionWhoseClientDoesNotComeBackEnds() throws Exception {
        client.close();
        client = server.online("garden");
        session = server.sessions.next();
        id = enable("1");
        cut();
        soon(session.suspensions);
        assertEquals(CloseReason.CUT, session.end());
        client = back();
        resume(client, 0);
        notFound(client);
    }

    @Test
    void aClientThatComesTooLateLearnsHowManyOfItsStanzasWereHandled() throws Exception {
        client.close();
        client = server.online("garden");
        session = server.sessions.next();
        id = enable("1");
        client.send("<message id='c1'/><message id='c2'/>");
        session.next();
        session.next();
        cut();
        assertEquals(CloseReason.CUT, session.end());
        client = back();
        resume(client, 0).until("<failed xmlns='urn:xmpp:sm:3' h='2'><item-not-found");
    }

    @Test
    void ofTooManyThatWaitTheOldestEnds() throws Exception {
        FakeSessions.Session oldest = session;
        cut();
        soon(session.suspensions);
        for (int n = 0; n < Resumptions.MOST_WAITING; n++) {
            assertFalse(oldest.ending.isDone());
            client = server.online("place" + n);
            session = server.sessions.next();
            id = enable("60");
            cut();
            soon(session.suspensions);
        }
        assertEquals(CloseReason.CUT, oldest.end());
        client = back();
        resume(client, 0).until("<resumed");
    }

    @Test
    void aSessionThatCannotBePutAwayEnds() throws Exception {
        session.putAway = CompletableFuture.failedFuture(new IllegalStateException("a fault"));
        cut();
        soon(session.suspensions);
        client = back();
        resume(client, 0);
        client.until("<item-not-found");
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void aSessionThatCannotWaitForItsClientEndsWithWhatWasNotSent() throws Exception {
        session.fault = new IllegalStateException("a test");
        offerLive(1);
        client.until("id='m1'");
        cut();
        assertEquals(CloseReason.CUT, session.end());
        assertEquals(List.of(1L), ids(session.unsent));
    }

    @Test
    void whoeverResumesASessionThatFailsToWaitIsToldSo() throws Exception {
        session.fault = new AssertionError("a test");
        try (TestClient dead = client) {
            client = back();
            resume(client, 0);
            notFound(client);
            dead.rest();
        }
        assertEquals(CloseReason.CUT, session.end());
    }

    @Test
    void aSessionThatFailsToGoOnEndsWithTheConnection() throws Exception {
        cut();
        soon(session.suspensions);
        session.faultOfReturn = new AssertionError("a test");
        client = back();
        resume(client, 0);
        assertTrue(client.until("</stream:stream>").contains("<internal-server-error"));
        client.close();
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
    }

    @Test
    void aCutByTheServerLeavesTheVerdictsTimeToCome() throws Exception {
        client.close();
        server.close();
        C2sConfig impatient = TestServer.impatient(30_000, 1_000, 300, 60_000);
        C2sConfig patient = TestServer.impatient(30_000, 200_000, 200_000, 60_000);
        server = new TestServer(home, impatient);
        server.change(patient);
        client = server.online("balcony");
        session = server.sessions.next();
        id = enable("60");
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        server.sessions.behaviour = (who, stanza) -> verdict;
        client.send("<message id='slow'/>");
        session.next();
        server.change(impatient);
        assertTrue(client.until("</stream:stream>").contains("<connection-timeout"));
        server.change(patient);
        client.close();
        client = back();
        resume(client, 0);
        verdict.complete(Outcome.DONE);
        client.until("<resumed xmlns='urn:xmpp:sm:3' previd='" + id + "' h='1'/>");
    }

    @Test
    void aSessionThatMustEndWaitsForNoVerdictOfItsDeadConnection() throws Exception {
        server.sessions.behaviour = (who, stanza) -> new CompletableFuture<>();
        client.send("<message id='never'/>");
        session.next();
        cut();
        client = back(); // by now the cut is known, or nearly
        session.link.close(StreamCondition.CONFLICT, "somebody else has the name");
        session.end();
    }

    @Test
    void aSessionThatMustEndDoesNotWaitForItsClient() throws Exception {
        cut();
        soon(session.suspensions);
        session.link.close(StreamCondition.CONFLICT, "somebody else has the name");
        assertEquals(CloseReason.CUT, session.end());
        client = back();
        resume(client, 0);
        notFound(client);
    }

    @Test
    void aServerThatStopsEndsTheSessionsThatWait() throws Exception {
        cut();
        soon(session.suspensions);
        server.close();
        assertTrue(session.ending.isDone());
    }

    @Test
    void aStreamThatTheServerEndsIsNotResumed() throws Exception {
        session.link.close(StreamCondition.CONFLICT, null);
        client.rest();
        client.close();
        assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
        client = back();
        resume(client, 0);
        notFound(client);
    }

    @Test
    void whoeverCountsMoreThanWasSentLosesTheSession() throws Exception {
        offerLive(1);
        client.until("id='m1'");
        cut();
        soon(session.suspensions);
        client = back();
        resume(client, 2).until("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='2' send-count='1'/>");
        assertEquals(CloseReason.CUT, session.end());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+0", "\u0660", "0x0", "4294967296"})
    void aCountThatIsNoneIsAnErrorOfTheStream(String h) throws Exception {
        client.send("<a xmlns='urn:xmpp:sm:3' h='" + h + "'/>").until("<bad-format");
        client.close();
        client = server.online("garden");
        session = server.sessions.next();
        id = enable("60");
        cut();
        client = back();
        client.send("<resume xmlns='urn:xmpp:sm:3' previd='" + id + "' h='" + h + "'/>")
                .until("<bad-format");
    }
}
