package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static im.restante.itests.support.Eventually.eventually;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.internal.routing.Server.Client;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The removal of an account is a barrier: nothing of before crosses it, whatever sessions and senders do. */
class RemovedAccountTest {
    private final Front front = new Front();
    private final RemovedAccounts removals = new RemovedAccounts(front.registry);
    private final Client juliet = front.connect(JULIET, "balcony");
    private final Client romeo = front.connect(ROMEO, "orchard");

    @AfterEach
    void stop() {
        front.close();
    }

    private void remove() {
        get(removals.removing(ROMEO));
        front.existing.remove(ROMEO);
        removals.removed(ROMEO);
    }

    private static CompletionStage<Outcome> chat(Client from, Object to, String body) {
        return from.send("<message to='" + to + "' type='chat' id='" + body + "'><body>" + body + "</body></message>");
    }

    private static String condition(Client client) {
        Element last = client.link.last();
        return last == null
                ? null
                : last.child(Namespaces.CLIENT, "error")
                        .orElseThrow()
                        .children()
                        .get(0)
                        .name();
    }

    @Test
    void nothingIsTakenForItWhileItsClientStays() {
        romeo.available(0);
        int had = romeo.link.received().size();
        remove();
        assertEquals(StreamCondition.NOT_AUTHORIZED, romeo.link.closedWith());
        get(chat(juliet, ROMEO, "1"));
        assertEquals("service-unavailable", condition(juliet));
        get(chat(juliet, romeo.jid(), "2"));
        assertEquals("service-unavailable", condition(juliet));
        get(juliet.send("<message to='romeo@localhost' type='headline' id='3'><body>3</body></message>"));
        get(juliet.send("<iq to='" + romeo.jid() + "' type='get' id='4'><ping xmlns='urn:xmpp:ping'/></iq>"));
        assertEquals("4", juliet.link.last().attribute("id"));
        assertEquals("service-unavailable", condition(juliet));
        assertEquals(List.of(), front.spools.bodies());
        assertEquals(had, romeo.link.received().size());
        assertTrue(front.registry.sessions(ROMEO).isEmpty());
    }

    @Test
    void itsSessionsSendNothingAnyMore() {
        remove();
        front.host.setIqRouter(iq -> {
            throw new AssertionError("asked");
        });
        get(chat(romeo, JULIET, "1"));
        assertEquals("not-authorized", condition(romeo));
        get(romeo.send("<iq type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq>"));
        assertEquals("2", romeo.link.last().attribute("id"));
        assertEquals("not-authorized", condition(romeo));
        get(romeo.send("<iq to='juliet@localhost/balcony' type='result' id='3'/>"));
        get(romeo.send("<presence/>"));
        assertNull(front.roster.last.get(romeo.jid()));
        assertEquals(List.of(), front.spools.bodies());
        assertNull(juliet.link.last());
    }

    @Test
    void whatOneOfItsSessionsSentAndWaitsIsNotRouted() {
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        front.roster.answer = slow;
        CompletionStage<Outcome> waiting = chat(romeo, JULIET, "1");
        remove();
        slow.complete(false);
        get(waiting);
        assertEquals(List.of(), front.spools.bodies());
        assertEquals("not-authorized", condition(romeo));
    }

    @Test
    void whatWasOnItsWayToItDoesNotReachWhoTakesTheNameNext() {
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        front.roster.answer = slow;
        CompletionStage<Outcome> waiting = chat(juliet, ROMEO, "1");
        remove();
        front.existing.add(ROMEO);
        front.roster.answer = completedFuture(false);
        Client next = front.connect(ROMEO, "garden");
        next.available(0);
        slow.complete(false);
        get(waiting);
        assertEquals(List.of(), front.spools.bodies());
        assertEquals("service-unavailable", condition(juliet));
        CompletionStage<Outcome> after = chat(juliet, ROMEO, "2");
        eventually(() -> front.spools.bodies().equals(List.of("2")));
        front.spools.delivered.get(0).verdict().complete(new Verdict.Delivered(1));
        get(after);
    }

    @Test
    void itGoesWhenNothingOfBeforeCanReachAStoreAnyMore() {
        CompletableFuture<Void> discarded = new CompletableFuture<>();
        front.spools.discarded = discarded;
        CompletableFuture<Void> removing = removals.removing(ROMEO).toCompletableFuture();
        assertTrue(front.spools.told.contains("discard " + ROMEO), front.spools.told.toString());
        assertFalse(removing.isDone());
        get(chat(juliet, ROMEO, "1"));
        assertEquals(List.of(), front.spools.bodies());
        assertEquals("service-unavailable", condition(juliet));
        discarded.complete(null);
        get(removing);
    }

    @Test
    void whatIsBeingHandedOverIsWaitedFor() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        front.spools.onDeliver = () -> {
            inside.countDown();
            try {
                goOn.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        Thread sender = new Thread(() -> chat(juliet, ROMEO, "1"));
        sender.start();
        assertTrue(inside.await(30, TimeUnit.SECONDS));
        CompletableFuture<Void> removing = removals.removing(ROMEO).toCompletableFuture();
        assertFalse(front.spools.told.contains("discard " + ROMEO), front.spools.told.toString());
        assertFalse(removing.isDone());
        goOn.countDown();
        get(removing);
        sender.join(30_000);
        assertTrue(front.spools.told.contains("discard " + ROMEO), front.spools.told.toString());
        assertEquals(List.of("1"), front.spools.bodies()); // before the barrier
    }

    @Test
    void aSuspendedSessionIsNotResumed() {
        romeo.available(0);
        get(romeo.session.suspended(() -> romeo.link.cut()));
        remove();
        FakeLink back = new FakeLink();
        romeo.session.resumed(back, List.of(17L), List.of(Outbound.of("<message/>".getBytes())));
        assertEquals(StreamCondition.NOT_AUTHORIZED, back.closedWith());
        assertEquals(List.of(), back.received());
        assertFalse(front.spools.told.stream().anyMatch(t -> t.startsWith("received")), front.spools.told.toString());
        get(romeo.session.ended(CloseReason.CLOSED_BY_SERVER, List.of()));
        assertEquals(
                1, front.spools.told.stream().filter(t -> t.startsWith("left")).count());
    }

    @Test
    void nobodyIsBoundToItWhileItGoes() {
        get(removals.removing(ROMEO));
        assertThrows(AssertionError.class, () -> front.connect(ROMEO, "garden"));
    }

    @Test
    void anAccountThatStaysAfterAllIsThereAsBefore() {
        romeo.available(0);
        get(removals.removing(ROMEO));
        CompletableFuture<Void> cut = romeo.session.suspended(() -> List.of()).toCompletableFuture();
        assertFalse(cut.isDone()); // whether it may bring anything back is not decided
        removals.kept(ROMEO);
        get(cut);
        CompletionStage<Outcome> sent = chat(juliet, ROMEO, "1");
        assertEquals(List.of("1"), front.spools.bodies());
        front.spools.delivered.get(0).verdict().complete(new Verdict.Stored("rule"));
        get(sent);
        front.connect(ROMEO, "garden").available(0);
    }

    @Test
    void whatASessionBringsBackWhileItsAccountGoesIsNotStored() {
        get(removals.removing(ROMEO));
        CompletableFuture<Void> ended = romeo.endLater(CloseReason.CUT).toCompletableFuture();
        assertFalse(ended.isDone());
        assertFalse(front.spools.told.contains("left " + romeo.jid()), front.spools.told.toString());
        front.existing.remove(ROMEO);
        removals.removed(ROMEO);
        get(ended);
        assertTrue(front.spools.told.contains("left " + romeo.jid()), front.spools.told.toString());
        assertEquals(List.of(), front.spools.broughtBack);
    }

    /** With a real spool behind. */
    @Test
    void whoTakesTheNameNextStartsWithNothing() {
        try (Server server = new Server(Map.of("journal", "true"))) {
            Client sender = server.connect(JULIET, "balcony");
            Client old = server.connect(ROMEO, "orchard", new FakeLink().unproved());
            old.available(0);
            sender.chat(ROMEO, "journalled, and not proved");
            eventually(() -> old.bodies().size() == 1);
            old.link.hold(0);
            RemovedAccounts listener = new RemovedAccounts(server.registry);
            get(listener.removing(ROMEO));
            server.delivery.rows.clear(); // as the delivery does
            server.existing.remove(ROMEO);
            listener.removed(ROMEO);
            sender.chat(ROMEO, "for nobody");
            server.existing.add(ROMEO);
            Client next = server.connect(ROMEO, "orchard2");
            next.available(0);
            sender.chat(ROMEO, "for the next");
            eventually(() -> next.bodies().equals(List.of("for the next")));
            old.end(CloseReason.CUT);
            sender.chat(ROMEO, "and one more");
            eventually(() -> next.bodies().equals(List.of("for the next", "and one more")));
            assertEquals(1, old.bodies().size());
            eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        }
    }
}
