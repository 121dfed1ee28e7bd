package im.restante.internal.c2s;

import static im.restante.itests.support.Eventually.eventually;
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
import im.restante.session.ProofPolicy;
import im.restante.stanza.Iq;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The outbound queue behind a real socket: fast, slow and dead readers. */
@SuppressWarnings("try") // clients that only have to be there
class OutboundTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Jid JULIET = Jid.of("juliet@localhost");
    private static final int SMALL = 4_096;
    private static final ProofPolicy WRITE = new ProofPolicy(ProofPolicy.Way.WRITE, Duration.ofSeconds(60));

    private static final Duration MINUTE = Duration.ofSeconds(60);

    @TempDir
    static Path home;

    private static Outbound storable(int number, int size) {
        return new Outbound(xml(number, size), new Arrival(number, JULIET, ROMEO, Instant.EPOCH));
    }

    private static byte[] xml(int number, int size) {
        return ("<message id='m" + number + "'><body>" + "x".repeat(size) + "</body></message>")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static List<StoredMessage> stored(int from, int count, int size) {
        List<StoredMessage> messages = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            messages.add(StoredMessage.of(i, JULIET, ROMEO, Instant.EPOCH, xml(i, size)));
        }
        return messages;
    }

    /** Fills the socket of a client that does not read until the queue takes no more. @return how many were taken */
    private static int fill(FakeSessions.Session session, int size) throws InterruptedException {
        int number = 1;
        while (offeredSoon(session, storable(number, size))) {
            number++;
            assertTrue(number < 1_000_000, "the queue has no bound");
        }
        return number - 1;
    }

    /** A writer that is still busy may take from a full queue; one that is stuck does not for a while. */
    static boolean offeredSoon(FakeSessions.Session session, Outbound stanza) throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            if (session.link.offer(stanza)) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return false;
    }

    @Test
    void everythingArrivesInOrder() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            int count = 1_000;
            for (int i = 1; i <= count; i++) {
                assertTrue(session.link.offer(i % 2 == 0 ? storable(i, i % 300) : Outbound.of(xml(i, i % 300))));
            }
            for (int i = 1; i <= count; i++) {
                assertEquals("m" + i, client.matching("<message id='([^']*)'").group(1));
            }
        }
    }

    @Test
    void aStanzaLargerThanABatchArrivesWhole() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            session.link.offer(storable(1, 100_000));
            session.link.offer(storable(2, 10));
            assertEquals(100_000 + xml(1, 0).length, client.until("</message>").length());
            client.until("id='m2'");
        }
    }

    @Test
    void aSlowReaderHoldsUpNobodyAndIsBounded() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient healthy = server.online("healthy")) {
            FakeSessions.Session other = server.sessions.next();
            try (TestClient slow = new TestClient(server.server.address(), SMALL)) {
                slow.open();
                slow.login("slow");
                FakeSessions.Session session = server.sessions.next();
                long began = System.nanoTime();
                int taken = fill(session, 1_000);
                assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(20), "the router was held up");
                assertTrue(taken * 1_000L < 8 << 20, taken + " messages were taken");
                assertFalse(session.link.offer(storable(taken + 1, 1_000)));
                assertTrue(session.send("<presence/>"), "what no spool keeps has twice the bound");
                other.send("<message id='quick'/>");
                healthy.until("id='quick'");
                assertFalse(session.ending.isDone());
                for (int i = 1; i <= taken; i++) { // and nothing is lost when it wakes up
                    assertEquals("m" + i, slow.matching("<message id='([^']*)'").group(1));
                }
            }
        }
    }

    @Test
    void aClientThatDoesNotReadItsAnswersIsNotAskedWhatItWantsNext() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient slow = new TestClient(server.server.address(), SMALL)) {
            Element large = Element.of("urn:x", "x", "x".repeat(100_000));
            server.sessions.behaviour = (session, stanza) -> CompletableFuture.completedFuture(
                    new Outcome.Answer(((Iq) stanza).result(large).element()));
            slow.open();
            slow.login("slow");
            FakeSessions.Session session = server.sessions.next();
            int count = 200;
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < count; i++) {
                requests.append("<iq type='get' id='q").append(i).append("'><x xmlns='urn:x'/></iq>");
            }
            slow.send(requests.toString());
            for (int i = 0; i < 5; i++) {
                session.next();
            }
            eventually(() -> server.server.unread().taken() > 1_048_576 / 4);
            for (int i = 0; i < count; i++) {
                int read = i;
                int asked = 5 + session.received.size();
                assertTrue(asked < read + 60, () -> asked + " requests were answered, " + read + " read");
                assertEquals("q" + i, slow.matching("<iq [^>]*id='([^']*)'").group(1));
            }
            eventually(() -> server.server.unread().taken() == 0);
            assertFalse(session.ending.isDone());
        }
    }

    @Test
    void overTwiceTheBoundTheConnectionEnds() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient slow = new TestClient(server.server.address(), SMALL)) {
            slow.open();
            slow.login("slow");
            FakeSessions.Session session = server.sessions.next();
            int taken = fill(session, 1_000);
            int others = 0;
            while (session.link.offer(Outbound.of(xml(0, 1_000)))) {
                others++;
                assertTrue(others < 100_000, "no second bound");
            }
            assertEquals(CloseReason.CLOSED_BY_SERVER, session.end());
            List<Outbound> unsent = session.unsent;
            assertFalse(unsent.isEmpty());
            long last = unsent.get(unsent.size() - 1).arrival().id();
            assertEquals(taken, last);
            for (int i = 1; i < unsent.size(); i++) {
                assertEquals(
                        unsent.get(i - 1).arrival().id() + 1,
                        unsent.get(i).arrival().id());
            }
        }
    }

    @Test
    void aClientThatReadsNothingIsCutAndItsMessagesComeBack() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.impatient(30_000, 60_000, 60_000, 1_000));
                TestClient dead = new TestClient(server.server.address(), SMALL)) {
            dead.open();
            dead.login("dead");
            FakeSessions.Session session = server.sessions.next();
            int taken = fill(session, 1_000);
            assertEquals(CloseReason.CUT, session.end());
            assertEquals(
                    taken,
                    session.unsent.get(session.unsent.size() - 1).arrival().id());
            assertFalse(session.link.offer(storable(1, 1)));
        }
    }

    @Test
    void copiesAreDoneWhenTheyAreWritten() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            List<Outbound> copies = List.of(Outbound.of(xml(1, 10)), Outbound.of(xml(2, 10)));
            session.link.sendCopies(copies, MINUTE).toCompletableFuture().get(20, TimeUnit.SECONDS);
            session.send("<presence id='behind'/>");
            String got = client.until("id='behind'");
            assertTrue(got.contains("id='m1'") && got.contains("id='m2'"), got);
            assertFalse(got.contains("<iq"), "nothing is proved, so nobody is asked");
        }
    }

    @Test
    void copiesOfAClientThatGoesFail() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient slow = new TestClient(server.server.address(), SMALL)) {
            slow.open();
            slow.login("slow");
            FakeSessions.Session session = server.sessions.next();
            fill(session, 1_000);
            CompletableFuture<Void> written = session.link
                    .sendCopies(List.of(Outbound.of(xml(1, 10))), MINUTE)
                    .toCompletableFuture();
            assertFalse(written.isDone());
            slow.close();
            assertThrows(ExecutionException.class, () -> written.get(20, TimeUnit.SECONDS));
            session.end();
            assertTrue(session.link
                    .sendCopies(List.of(Outbound.of(xml(2, 10))), MINUTE)
                    .toCompletableFuture()
                    .isCompletedExceptionally());
        }
    }

    @Test
    void aBatchOfStoredMessagesIsFlushedWhateverTheBound() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            session.link
                    .sendStored(stored(1, 5_000, 10), WRITE, ids -> {})
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            session.link
                    .sendStored(List.of(), WRITE, ids -> {})
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            for (int i = 1; i <= 5_000; i++) {
                assertEquals("m" + i, client.matching("<message id='([^']*)'").group(1));
            }
        }
    }

    @Test
    void aBatchThatWasNotFlushedFails() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient slow = new TestClient(server.server.address(), SMALL)) {
            slow.open();
            slow.login("slow");
            FakeSessions.Session session = server.sessions.next();
            var flushed = session.link
                    .sendStored(stored(1, 10_000, 1_000), WRITE, ids -> {})
                    .toCompletableFuture();
            slow.close();
            assertThrows(ExecutionException.class, () -> flushed.get(20, TimeUnit.SECONDS));
            assertTrue(session.end() != null && session.unsent.isEmpty(), "stored messages are not given back");
            assertThrows(
                    ExecutionException.class,
                    () -> session.link
                            .sendStored(stored(1, 1, 1), WRITE, ids -> {})
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void theClosingTagComesBehindWhatWaited() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            for (int i = 1; i <= 1_000; i++) {
                session.link.offer(storable(i, 200));
            }
            client.send("</stream:stream>");
            assertTrue(client.until("</stream:stream>").contains("id='m1000'"));
            assertEquals("", client.rest());
            client.close();
            assertEquals(CloseReason.ORDERLY, session.end());
            assertTrue(session.unsent.isEmpty());
        }
    }

    @Test
    void manyThreadsMayWriteToOneClient() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            List<Thread> writers = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                int number = w;
                Thread writer = new Thread(() -> {
                    for (int i = 0; i < 250; i++) {
                        session.send("<message id='" + number + "-" + i + "'/>");
                    }
                });
                writers.add(writer);
                writer.start();
            }
            int[] next = new int[4];
            for (int i = 0; i < 1_000; i++) {
                String[] id = client.matching("<message id='([^']*)'").group(1).split("-");
                assertEquals(next[Integer.parseInt(id[0])]++, Integer.parseInt(id[1]));
            }
            for (Thread writer : writers) {
                writer.join();
            }
        }
    }
}
