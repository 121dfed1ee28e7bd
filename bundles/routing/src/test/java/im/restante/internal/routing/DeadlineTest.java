package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.internal.routing.Server.Client;
import im.restante.session.Outcome;
import im.restante.spool.Envelope;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One deadline for each open verdict, counted from the moment its stanza left the reader. */
class DeadlineTest {
    private final ModelWorkers workers = new ModelWorkers(new Random(1), 1_800_000_000_000L);
    private final Front front = new Front(Map.of("store-timeout-seconds", "3", "swap-timeout-seconds", "60"), workers);
    private final Client juliet = front.connect(JULIET, "balcony");

    private CompletableFuture<Outcome> chat(String body) {
        return juliet.send("<message to='romeo@localhost' type='chat' id='" + body + "'><body>" + body
                        + "</body></message>")
                .toCompletableFuture();
    }

    private void pass(long millis) {
        while (workers.runOne()) {
            // what is due
        }
        for (long passed = 0; passed < millis; passed += 50) {
            workers.pass(Duration.ofMillis(50));
            while (workers.runOne()) {
                // what is due
            }
        }
    }

    private void assertTold(String id, String condition) {
        Element told = juliet.link.received().stream()
                .filter(e -> id.equals(e.attribute("id")))
                .findFirst()
                .orElseThrow();
        Element error = told.child(Namespaces.CLIENT, "error").orElseThrow();
        assertEquals(condition, error.children().get(0).name());
        assertEquals("wait", error.attribute("type"));
    }

    @Test
    void aMessageThatCouldNotBeRoutedInTimeFailsAndIsNeverRouted() {
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        front.roster.answer = slow;
        CompletableFuture<Outcome> first = chat("1");
        pass(2_900);
        assertFalse(first.isDone());
        pass(300);
        assertTrue(first.isDone());
        assertTold("1", "resource-constraint");
        assertTrue(front.told.lines.get(0).contains("1: Failed"), front.told.lines.toString());
        slow.complete(false);
        pass(10_000);
        assertEquals(List.of(), front.spools.bodies());
        assertEquals(1, front.told.lines.size());
        assertEquals(1, juliet.link.received().size());
    }

    @Test
    void whatComesBehindOneThatFailedIsRoutedInItsTurn() {
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        front.roster.answer = slow;
        CompletableFuture<Outcome> first = chat("1");
        pass(1_000);
        front.roster.answer = completedFuture(false);
        CompletableFuture<Outcome> second = chat("2");
        CompletableFuture<Outcome> presence = juliet.send("<presence/>").toCompletableFuture();
        pass(1_900);
        assertEquals(List.of(), front.spools.bodies());
        assertFalse(presence.isDone());
        pass(300);
        assertTrue(first.isDone());
        assertEquals(List.of("2"), front.spools.bodies());
        assertTrue(presence.isDone());
        assertFalse(second.isDone());
        front.spools.delivered.get(0).verdict().complete(new Verdict.Stored("rule"));
        assertTrue(second.isDone());
    }

    @Test
    void severalThatWaitForOneAnotherFailEachAtItsDeadline() {
        front.host.unsetDelivery(front.delivery);
        CompletableFuture<Outcome> first = chat("1");
        pass(1_000);
        CompletableFuture<Outcome> second = chat("2");
        pass(2_200);
        assertTrue(first.isDone());
        assertFalse(second.isDone());
        pass(1_000);
        assertTrue(second.isDone());
        front.host.setDelivery(front.delivery);
        chat("3");
        pass(100);
        assertEquals(List.of("3"), front.spools.bodies());
    }

    @Test
    void theSpoolIsAskedOnceToWithdrawWhatItHasAndItsVerdictCounts() {
        CompletableFuture<Outcome> first = chat("1");
        Envelope envelope = front.spools.delivered.get(0).envelope();
        pass(2_900);
        assertEquals(List.of(), front.spools.expired);
        pass(300);
        assertEquals(List.of(envelope), front.spools.expired);
        assertFalse(first.isDone()); // it has begun, and is waited for
        assertEquals(List.of(), juliet.link.received());
        pass(60_000);
        assertEquals(1, front.spools.expired.size());
        assertFalse(first.isDone());
        front.spools.delivered.get(0).verdict().complete(new Verdict.Stored("rule"));
        get(first);
        assertEquals(List.of(), juliet.link.received());
    }

    @Test
    void theDeadlineCountsFromTheReaderAlsoIfMuchOfItWasSpentWaiting() {
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        front.roster.answer = slow;
        CompletableFuture<Outcome> first = chat("1");
        pass(2_000);
        slow.complete(false);
        pass(50);
        assertEquals(List.of("1"), front.spools.bodies());
        pass(800);
        assertEquals(List.of(), front.spools.expired);
        pass(300);
        assertEquals(1, front.spools.expired.size());
        StanzaError busy =
                StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT).later();
        front.spools.delivered.get(0).verdict().complete(new Verdict.Failed("withdrawn", busy));
        get(first);
        assertTold("1", "resource-constraint");
    }

    @Test
    void aVerdictInTimeEndsTheWatchAndNoTickIsLeft() {
        List<CompletionStage<Outcome>> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            open.add(chat("m" + i));
        }
        List<FakeSpools.Delivered> mixed = new ArrayList<>(front.spools.delivered);
        java.util.Collections.shuffle(mixed, new Random(7));
        mixed.subList(0, 99).forEach(d -> d.verdict().complete(new Verdict.Stored("rule")));
        pass(3_200);
        assertEquals(List.of(mixed.get(99).envelope()), front.spools.expired);
        mixed.get(99).verdict().complete(new Verdict.Stored("rule"));
        open.forEach(Server::get);
        pass(200);
        assertEquals(0, workers.waiting());
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aTickLooksOnceAtEachSessionHoweverManyHaveSomethingOpen() {
        for (int i = 0; i < 500; i++) {
            front.connect(JULIET, "r" + i)
                    .send("<message to='romeo@localhost' type='chat' id='1'><body>1</body></message>");
        }
        pass(2_900);
        assertEquals(0, front.spools.expired.size());
        pass(300);
        assertEquals(500, front.spools.expired.size());
    }

    @Test
    void whatIsFinalAtOnceIsNeverWatched() {
        front.spools.onDeliver = () -> front.spools
                .delivered
                .get(front.spools.delivered.size() - 1)
                .verdict()
                .complete(new Verdict.Delivered(1));
        get(chat("1"));
        assertEquals(0, workers.waiting());
    }

    @Test
    void aRequestThatCouldNotBeRoutedInTimeIsAnsweredAndNeverRouted() {
        front.roster.answer = new CompletableFuture<>();
        chat("1");
        CompletableFuture<Outcome> request = juliet.send("<iq type='get' id='i1'><ping xmlns='urn:xmpp:ping'/></iq>")
                .toCompletableFuture();
        CompletableFuture<Outcome> toOther = juliet.send(
                        "<iq type='get' id='i2' to='romeo@localhost/orchard'><ping xmlns='urn:xmpp:ping'/></iq>")
                .toCompletableFuture();
        front.host.setIqRouter(iq -> {
            throw new AssertionError("routed");
        });
        pass(1_000);
        assertFalse(request.isDone());
        workers.pass(Duration.ofMillis(2_200)); // all deadlines at one tick
        pass(200);
        assertEquals("i1", ((Outcome.Answer) get(request)).stanza().attribute("id"));
        get(toOther);
        assertTold("i2", "resource-constraint");
    }

    @Test
    void anotherTimeoutHoldsForWhatIsOpenToo() {
        chat("1");
        pass(1_500);
        front.host.modified(Map.of("store-timeout-seconds", "1"));
        pass(200);
        assertEquals(1, front.spools.expired.size());
    }

    @Test
    void aSpoolThatFailsToWithdrawDoesNotStopTheOthersDeadlines() {
        chat("1");
        Client nurse = front.connect(ROMEO, "orchard");
        nurse.send("<message to='juliet@localhost' type='chat' id='2'><body>2</body></message>");
        front.spools.onExpire = () -> {
            throw new NoClassDefFoundError("gone");
        };
        pass(3_200);
        assertEquals(2, front.spools.expired.size());
    }
}
