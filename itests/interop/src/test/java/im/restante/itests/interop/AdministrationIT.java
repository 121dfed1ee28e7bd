package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jivesoftware.smack.ConnectionListener;
import org.jivesoftware.smack.XMPPException.StreamErrorException;
import org.jivesoftware.smack.iqrequest.AbstractIqRequestHandler;
import org.jivesoftware.smack.iqrequest.IQRequestHandler;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.StreamError;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.junit.jupiter.api.Test;

/** What an administrator does, as ordinary clients see it. */
class AdministrationIT extends ServerTest {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final int EACH = 150;

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.quota", "store-limit", "-1")
                .configure("im.restante.quota", "user-store-limit-enable", "true")
                .configure("im.restante.offline", "window", "20")
                .configure("im.restante.offline", "proof-timeout-seconds", "600");
    }

    private static CompletableFuture<Exception> end(SmackClient client) {
        CompletableFuture<Exception> end = new CompletableFuture<>();
        client.connection.addConnectionListener(new ConnectionListener() {
            @Override
            public void connectionClosedOnError(Exception e) {
                end.complete(e);
            }

            @Override
            public void connectionClosed() {
                end.completeExceptionally(new AssertionError("closed without an error"));
            }
        });
        return end;
    }

    @Test
    void aSessionThatIsEndedGetsTheStreamErrorAndItsMailWaits() throws Exception {
        String romeo = newUser("romeo");
        String juliet = newUser("juliet");
        SmackClient ended = SmackClient.online(server, romeo, "orchard");
        try (SmackClient stays = SmackClient.online(server, romeo, "hall");
                SmackClient sender = SmackClient.login(server, juliet, "balcony")) {
            ended.ping();
            stays.ping();
            CompletableFuture<Exception> end = end(ended);
            assertEquals(
                    "ended " + jid(romeo) + "/orchard\n",
                    server.shell("restante:session-end " + jid(romeo) + "/orchard 'Go home, Romeo'"));
            StreamError error = assertInstanceOf(
                            StreamErrorException.class, end.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .getStreamError();
            assertEquals(StreamError.Condition.policy_violation, error.getCondition());
            assertEquals("Go home, Romeo", error.getDescriptiveText());
            String sessions = server.shell("restante:sessions");
            assertFalse(sessions.contains(jid(romeo) + "/orchard"), sessions);
            stays.ping();
            assertEquals("ended 1 session of " + jid(romeo) + "\n", server.shell("restante:session-end " + jid(romeo)));
            sender.chat(jid(romeo), "and good night");
            sender.ping();
        }
        try (SmackClient back = SmackClient.online(server, romeo, "orchard")) {
            back.awaitBodies(1);
            assertEquals(List.of("and good night"), back.bodies());
        }
    }

    /** Nobody reads on behind the first window until the purge is over: then the rest of the others is there, whole and in order. */
    @Test
    void aPurgeOfOneSenderWhileTheOwnerDrainsLosesNothingElse() throws Exception {
        String romeo = newUser("romeo");
        String juliet = newUser("juliet");
        String tybalt = newUser("tybalt");
        try (SmackClient wanted = SmackClient.login(server, juliet, "balcony");
                SmackClient unwanted = SmackClient.login(server, tybalt, "street")) {
            for (int i = 1; i <= EACH; i++) {
                wanted.chat(jid(romeo), "juliet " + i);
                wanted.ping();
                unwanted.chat(jid(romeo), "tybalt " + i);
                unwanted.ping();
            }
        }
        CountDownLatch reads = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        try (SmackClient owner = SmackClient.loginWithoutStreamManagement(server, romeo, "orchard")) {
            owner.connection.registerIQRequestHandler(
                    new AbstractIqRequestHandler(
                            Ping.ELEMENT, Ping.NAMESPACE, IQ.Type.get, IQRequestHandler.Mode.async) {
                        @Override
                        public IQ handleIQRequest(IQ request) {
                            asked.incrementAndGet();
                            try {
                                reads.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return IQ.createResultIQ(request);
                        }
                    });
            owner.available(0);
            Await.until("the first window", SOON, () -> owner.bodies().size() >= 20 && asked.get() > 0);
            String said = server.shell("restante:purge " + jid(romeo) + " --from " + jid(tybalt));
            Matcher figures = Pattern.compile("removed (\\d+) messages\nleft (\\d+) messages on the way to a session\n")
                    .matcher(said);
            assertTrue(figures.matches(), said);
            int removed = Integer.parseInt(figures.group(1));
            int left = Integer.parseInt(figures.group(2));
            assertEquals(EACH, removed + left, said);
            assertTrue(removed >= EACH - 20 && left > 0, "no more than a window is on its way: " + said);
            reads.countDown();
            owner.awaitBodies(EACH + left);
            awaitLive(romeo);
            List<String> bodies = owner.bodies();
            assertEquals(
                    IntStream.rangeClosed(1, EACH).mapToObj(i -> "juliet " + i).toList(),
                    bodies.stream().filter(body -> body.startsWith("juliet")).toList());
            assertEquals(
                    IntStream.rangeClosed(1, left).mapToObj(i -> "tybalt " + i).toList(),
                    bodies.stream().filter(body -> body.startsWith("tybalt")).toList());
        }
        Await.until(
                "nothing waits",
                SOON,
                () -> server.shell("restante:spool " + jid(romeo)).contains("nothing waits"));
        String why = server.shell("restante:why " + jid(tybalt));
        assertTrue(why.contains("removed from the spool by an administrator ("), why);
        assertTrue(why.contains("by an operator at the shell"), why);
        assertFalse(why.contains("tybalt " + EACH), "no body: " + why);
    }

    @Test
    void aLimitThatAnAdministratorSetsHoldsForTheNextMessage() throws Exception {
        String romeo = newUser("romeo");
        String juliet = newUser("juliet");
        assertEquals(
                jid(romeo) + ": 1 message of one sender (its own)\n",
                server.shell("restante:limit " + jid(romeo) + " 1"));
        try (SmackClient sender = SmackClient.login(server, juliet, "balcony")) {
            sender.chat(jid(romeo), "first");
            sender.chat(jid(romeo), "second");
            sender.ping();
            assertEquals(1, sender.messages.size(), "the second came back");
            assertEquals(
                    jid(romeo) + ": any number of messages of one sender (as for everybody)\n",
                    server.shell("restante:limit " + jid(romeo) + " default"));
            sender.chat(jid(romeo), "third");
            sender.ping();
        }
        try (SmackClient reader = SmackClient.online(server, romeo, "orchard")) {
            reader.awaitBodies(2);
            assertEquals(List.of("first", "third"), reader.bodies());
        }
    }

    @Test
    void aReasonAnAddressAndAnOwnerThatMakeNoSenseAreNamed() throws Exception {
        for (String[] one : new String[][] {
            {"restante:session-end nobody@localhost/x", "there is no session nobody@localhost/x"},
            {"restante:limit nobody@localhost", "there is no account nobody@localhost"},
            {"restante:purge romeo@example.net", "this server has the domain localhost, and no mail of example.net"},
        }) {
            String said =
                    assertThrows(Exception.class, () -> server.shell(one[0])).getMessage();
            assertTrue(said.contains(one[1]), said);
        }
        String status = server.shell("restante:status");
        assertTrue(status.contains(", domain localhost\nup 0d 0h "), status);
        assertTrue(status.contains(" bytes, in sqlite\n"), status);
    }
}
