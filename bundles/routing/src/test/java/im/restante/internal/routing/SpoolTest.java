package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.session.CloseReason;
import im.restante.session.Outcome;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of storable messages in each state of their owner, and at each change of state. */
class SpoolTest {
    private Server server = new Server(Map.of("window", "3", "spill-limit", "5"));

    @AfterEach
    void stop() {
        server.close();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void aMessageForSomebodyAwayIsStoredAndComesAfterThePresence() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));

        Client romeo = server.connect(ROMEO, "orchard");
        assertEquals(List.of(), romeo.bodies());
        romeo.available(0);
        eventually(() -> romeo.bodies().equals(List.of("1")));
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        eventually(() -> server.state(romeo).equals("LIVE"));
    }

    @Test
    void aStoredMessageHasOneDelayStampAndTheStanzaIdOfItsOwner() {
        Client juliet = server.connect(JULIET, "balcony");
        Instant before = Instant.now().minusMillis(1);
        juliet.chat(ROMEO, "1");
        Client romeo = server.live(ROMEO, "orchard", 0);

        Element got = romeo.link.received().get(0);
        assertEquals("juliet@localhost/balcony", got.attribute("from"));
        List<Element> delays = got.children().stream()
                .filter(c -> c.is(Namespaces.DELAY, "delay"))
                .toList();
        assertEquals(1, delays.size());
        assertEquals("localhost", delays.get(0).attribute("from"));
        String stamp = delays.get(0).attribute("stamp");
        assertTrue(stamp.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"), stamp);
        Instant stamped = Instant.parse(stamp);
        assertFalse(stamped.isBefore(before) || stamped.isAfter(Instant.now()), stamp);
        Element id = got.child(Namespaces.STANZA_ID, "stanza-id").orElseThrow();
        assertEquals("romeo@localhost", id.attribute("by"));
        assertEquals(22, id.attribute("id").length());
    }

    @Test
    void aLiveMessageHasItsStanzaIdAndNoDelay() {
        Client juliet = server.live(JULIET, "balcony", 0);
        Client romeo = server.live(ROMEO, "orchard", 0);
        juliet.chat(ROMEO, "1");
        Element got = romeo.link.last();
        assertTrue(got.child(Namespaces.STANZA_ID, "stanza-id").isPresent());
        assertFalse(got.child(Namespaces.DELAY, "delay").isPresent());
        assertEquals(List.of(), server.delivery.spool(ROMEO));
    }

    @Test
    void aBacklogLargerThanTheWindowComesInOrder() {
        Client juliet = server.connect(JULIET, "balcony");
        numbers(1, 20).forEach(n -> juliet.chat(ROMEO, n));
        Client romeo = server.live(ROMEO, "orchard", 0);
        assertEquals(numbers(1, 20), romeo.bodies());
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }

    @Test
    void theDrainWaitsForTheAnswersBeforeThePresence() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        FakeLink link = new FakeLink().unsettled();
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        juliet.chat(ROMEO, "2");
        assertEquals(List.of(), romeo.bodies());
        assertEquals("DRAINING", server.state(romeo));
        link.settle();
        eventually(() -> romeo.bodies().equals(List.of("1", "2")));
    }

    @Test
    void negativePriorityGetsNothingUntilItIsRaised() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        Client romeo = server.live(ROMEO, "orchard", -1);
        juliet.chat(ROMEO, "2");
        assertEquals(List.of(), romeo.bodies());
        assertEquals("AWAY", server.state(romeo));
        romeo.available(0);
        eventually(() -> romeo.bodies().equals(List.of("1", "2")));
    }

    @Test
    void twoResourcesThatComeTogetherShareNothingTwice() {
        Client juliet = server.connect(JULIET, "balcony");
        numbers(1, 10).forEach(n -> juliet.chat(ROMEO, n));
        FakeLink slow = new FakeLink().hold(100);
        Client first = server.connect(ROMEO, "orchard", slow);
        first.available(0);
        Client second = server.connect(ROMEO, "hall");
        second.available(0);
        juliet.chat(ROMEO, "11");
        eventually(() -> second.bodies().equals(List.of("11")));
        slow.flow();
        eventually(() -> first.bodies().equals(numbers(1, 11)));
        eventually(() -> server.state(first).equals("LIVE"));
        juliet.chat(ROMEO, "12");
        assertEquals(numbers(1, 12), first.bodies());
        assertEquals(List.of("11", "12"), second.bodies());
    }

    @Test
    void theSecondResourceTakesOverTheDrainWithoutWhatItHas() {
        Client juliet = server.connect(JULIET, "balcony");
        numbers(1, 5).forEach(n -> juliet.chat(ROMEO, n));
        Client first = server.connect(ROMEO, "orchard", new FakeLink().hold(100));
        first.available(0);
        Client second = server.connect(ROMEO, "hall");
        second.available(0);
        juliet.chat(ROMEO, "6");
        eventually(() -> second.bodies().equals(List.of("6")));
        first.end(CloseReason.CUT);
        eventually(() -> server.state(second).equals("LIVE"));
        List<String> expected = new ArrayList<>(List.of("6"));
        expected.addAll(numbers(1, 5));
        assertEquals(expected, second.bodies());
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }

    @Test
    void messagesDuringADrainComeBehindTheBacklog() {
        Client juliet = server.connect(JULIET, "balcony");
        numbers(1, 10).forEach(n -> juliet.chat(ROMEO, n));
        FakeLink link = new FakeLink().hold(100);
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        juliet.chat(ROMEO, "11");
        juliet.chat(romeo.jid(), "12");
        juliet.say("<message to='romeo@localhost' type='chat'><composing xmlns='" + Namespaces.CHAT_STATES
                + "'/></message>");
        link.flow();
        eventually(() -> romeo.bodies().equals(numbers(1, 12)));
        assertEquals(
                1,
                link.received().stream()
                        .filter(e ->
                                e.child(Namespaces.CHAT_STATES, "composing").isPresent())
                        .count());
    }

    @Test
    void messagesAtTheEndOfADrainAreHeldAndGoStraight() {
        server.handover = Duration.ofSeconds(60);
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        FakeLink link = new FakeLink().hold(100);
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        eventually(() -> server.state(romeo).equals("HANDOVER"));
        CompletionStage<Outcome> verdict =
                juliet.send("<message to='romeo@localhost' type='chat'><body>2</body></message>");
        assertFalse(verdict.toCompletableFuture().isDone());
        link.flow();
        Server.get(verdict);
        assertEquals(List.of("1", "2"), romeo.bodies());
        eventually(() -> server.state(romeo).equals("LIVE")); // the verdict is told before
        assertFalse(link.last().child(Namespaces.DELAY, "delay").isPresent());
    }

    @Test
    void aSlowReaderDoesNotKeepSendersWaiting() {
        server.handover = Duration.ofSeconds(2);
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        FakeLink link = new FakeLink().hold(100);
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        eventually(() -> server.state(romeo).equals("HANDOVER"));
        juliet.chat(ROMEO, "2");
        assertEquals(List.of("1", "2"), server.delivery.spool(ROMEO));
        link.flow();
        eventually(() -> romeo.bodies().equals(List.of("1", "2")));
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }

    @Test
    void whatWasHeldIsStoredIfTheSessionEnds() {
        server.handover = Duration.ofSeconds(60);
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        Client romeo = server.connect(ROMEO, "orchard", new FakeLink().hold(100));
        romeo.available(0);
        eventually(() -> server.state(romeo).equals("HANDOVER"));
        CompletionStage<Outcome> verdict =
                juliet.send("<message to='romeo@localhost' type='chat'><body>2</body></message>");
        romeo.end(CloseReason.CUT);
        Server.get(verdict);
        assertEquals(List.of("1", "2"), server.delivery.spool(ROMEO));
        assertEquals(List.of("1", "2"), server.live(ROMEO, "orchard", 0).bodies());
    }

    @Test
    void aFullQueueSpillsAndTheOrderStays() {
        Client juliet = server.connect(JULIET, "balcony");
        FakeLink link = new FakeLink();
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        eventually(() -> server.state(romeo).equals("LIVE"));
        link.hold(2);
        numbers(1, 6).forEach(n -> juliet.chat(ROMEO, n));
        assertEquals(numbers(3, 6), server.delivery.spool(ROMEO));
        link.flow();
        eventually(() -> romeo.bodies().equals(numbers(1, 6)));
        eventually(() -> server.state(romeo).equals("LIVE"));
        juliet.chat(ROMEO, "7");
        assertEquals(numbers(1, 7), romeo.bodies());
    }

    @Test
    void beyondTheSpillLimitTheSenderIsToldToWait() {
        Client juliet = server.connect(JULIET, "balcony");
        FakeLink link = new FakeLink();
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        eventually(() -> server.state(romeo).equals("LIVE"));
        link.hold(0);
        numbers(1, 5).forEach(n -> juliet.chat(ROMEO, n));
        eventually(() -> server.state(romeo).equals("DRAINING"));
        assertEquals(List.of(), juliet.link.received());
        juliet.chat(ROMEO, "6");
        Element error = juliet.link.last().child(Namespaces.CLIENT, "error").orElseThrow();
        assertEquals("wait", error.attribute("type"));
        assertTrue(error.child(Namespaces.STANZA_ERRORS, "resource-constraint").isPresent());
        link.flow();
        eventually(() -> romeo.bodies().equals(numbers(1, 5)));
    }

    @Test
    void quotaDoesNotRefuseMailForAnOwnerWhoIsPresent() {
        server.delivery.limit = 1;
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        juliet.chat(ROMEO, "over");
        assertEquals("error", juliet.link.last().attribute("type"));
        FakeLink link = new FakeLink().hold(0);
        Client romeo = server.connect(ROMEO, "orchard", link.unsettled());
        romeo.available(0);
        numbers(2, 4).forEach(n -> juliet.chat(ROMEO, n));
        link.flow();
        link.settle();
        eventually(() -> romeo.bodies().equals(numbers(1, 4)));
    }

    @Test
    void whatAConnectionDidNotWriteComesBackWithItsIdStampAndPlace() {
        Client juliet = server.live(JULIET, "balcony", 0);
        FakeLink link = new FakeLink();
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        eventually(() -> server.state(romeo).equals("LIVE"));
        juliet.chat(ROMEO, "1");
        String firstId = stanzaId(link.last());
        link.hold(100);
        numbers(2, 4).forEach(n -> juliet.chat(ROMEO, n));
        romeo.end(CloseReason.CUT);
        juliet.chat(ROMEO, "5");
        assertEquals(numbers(2, 5), server.delivery.spool(ROMEO));

        Client again = server.live(ROMEO, "orchard", 0);
        assertEquals(numbers(2, 5), again.bodies());
        List<String> ids =
                again.link.received().stream().map(SpoolTest::stanzaId).toList();
        assertEquals(4, ids.stream().distinct().count());
        assertFalse(ids.contains(firstId));
        assertTrue(again.link.received().stream()
                .allMatch(e -> e.children().stream()
                                .filter(c -> c.is(Namespaces.DELAY, "delay"))
                                .count()
                        == 1));
    }

    @Test
    void theStanzaIdIsTheSameWhenAMessageComesBackAndAfterARestart() {
        Client juliet = server.live(JULIET, "balcony", 0);
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.link.hold(100);
        juliet.chat(ROMEO, "1");
        long id = server.delivery.rows.isEmpty() ? 0 : -1;
        assertEquals(0, id);
        romeo.end(CloseReason.CUT);
        String stored = stanzaId(Server.xml(
                server.delivery.rows.get(ROMEO).firstEntry().getValue().stanza()));
        server.close();
        server = new Server(server.delivery, server.users, Map.of());
        assertEquals(stored, stanzaId(server.live(ROMEO, "orchard", 0).link.last()));
    }

    private static String stanzaId(Element message) {
        return message.child(Namespaces.STANZA_ID, "stanza-id").orElseThrow().attribute("id");
    }

    @Test
    void whatAnotherSessionWasGivenDoesNotComeBackForIt() {
        Client juliet = server.live(JULIET, "balcony", 0);
        Client stuck = server.live(ROMEO, "orchard", 0);
        Client other = server.live(ROMEO, "hall", 0);
        stuck.link.hold(100);
        juliet.chat(ROMEO, "both");
        juliet.chat(stuck.jid(), "one");
        assertEquals(List.of("both"), other.bodies());
        stuck.end(CloseReason.CUT);
        eventually(() -> other.bodies().equals(List.of("both", "one")));
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        eventually(() -> server.state(other).equals("LIVE"));
    }

    /** A session that drains and does not read, and another one that gets what comes. */
    private Client drainsAndStalls(Client juliet) {
        numbers(1, 4).forEach(n -> juliet.chat(ROMEO, n));
        Client stalled = server.connect(ROMEO, "orchard", new FakeLink().hold(100));
        stalled.available(0);
        eventually(() -> stalled.link.waiting() > 0);
        return stalled;
    }

    @Test
    void whatTheSpillLimitKeptOutComesBackFromTheOnlySessionThatHadIt() {
        Client juliet = server.connect(JULIET, "balcony");
        Client stalled = drainsAndStalls(juliet);
        Client other = server.connect(ROMEO, "hall", new FakeLink().hold(100));
        other.available(0);
        numbers(5, 14).forEach(n -> juliet.chat(ROMEO, n));
        assertEquals(numbers(1, 9), server.delivery.spool(ROMEO));
        assertEquals(List.of(), juliet.link.received(), "all delivered");
        other.end(CloseReason.CUT);
        stalled.link.flow();
        eventually(() -> stalled.bodies().equals(numbers(1, 14)));
    }

    @Test
    void whatComesBackInFrontOfAMessageThatIsBeingStoredDoesNotLetItBePassedBy() {
        server.close();
        server = new Server(Map.of("window", "2"));
        Client juliet = server.connect(JULIET, "balcony");
        Client stalled = drainsAndStalls(juliet);
        Client other = server.connect(ROMEO, "hall", new FakeLink().hold(100));
        other.available(0);
        server.delivery.slow().shut();
        server.delivery.returnsAtOnce = true;
        juliet.send("<message to='" + stalled.jid() + "' type='chat'><body>first</body></message>");
        juliet.chat(other.jid(), "second");
        other.end(CloseReason.CUT);
        stalled.link.flow();
        eventually(() -> stalled.bodies().equals(List.of("1", "2", "3", "4", "second")));
        server.delivery.open();
        eventually(() -> stalled.bodies().equals(List.of("1", "2", "3", "4", "second", "first")));
        eventually(() -> server.state(stalled).equals("LIVE"));
    }

    @Test
    void aMessageThatCouldNotBeStoredAndCameBackFromItsOnlySessionIsNotCalledDelivered() {
        Client juliet = server.connect(JULIET, "balcony");
        drainsAndStalls(juliet);
        Client other = server.connect(ROMEO, "hall", new FakeLink().hold(100));
        other.available(0);
        server.delivery.shut();
        CompletionStage<Outcome> verdict =
                juliet.send("<message to='romeo@localhost' type='chat'><body>5</body></message>");
        other.end(CloseReason.CUT);
        server.delivery.broken = true;
        server.delivery.open();
        Server.get(verdict);
        assertEquals("error", juliet.link.last().attribute("type"));
    }

    @Test
    void whoHadAMessageLiveIsNotGivenItsRowAfterATimeOfAbsence() {
        Client juliet = server.connect(JULIET, "balcony");
        Client stalled = drainsAndStalls(juliet);
        Client other = server.connect(ROMEO, "hall");
        other.available(0);
        juliet.chat(ROMEO, "5");
        assertEquals(List.of("5"), other.bodies());
        other.say("<presence type='unavailable'/>");
        stalled.end(CloseReason.CUT);
        other.available(0);
        eventually(() -> server.state(other).equals("LIVE"));
        assertEquals(List.of("5", "1", "2", "3", "4"), other.bodies());
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }

    @Test
    void anAppendUnderWayIsNotOvertakenByTheEndOfTheDrain() {
        server.delivery.shut();
        Client juliet = server.connect(JULIET, "balcony");
        CompletionStage<Outcome> verdict =
                juliet.send("<message to='romeo@localhost' type='chat'><body>1</body></message>");
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.available(0);
        CompletionStage<Outcome> second =
                juliet.send("<message to='romeo@localhost' type='chat'><body>2</body></message>");
        assertFalse(verdict.toCompletableFuture().isDone());
        server.delivery.open();
        Server.get(CompletableFuture.allOf(verdict.toCompletableFuture(), second.toCompletableFuture()));
        eventually(() -> romeo.bodies().equals(List.of("1", "2")));
        eventually(() -> server.state(romeo).equals("LIVE"));
    }

    @Test
    void aPageCutByTheEndOfTheConnectionIsHandedOverOnceMore() {
        Client juliet = server.connect(JULIET, "balcony");
        numbers(1, 5).forEach(n -> juliet.chat(ROMEO, n));
        FakeLink link = new FakeLink().hold(100);
        Client romeo = server.connect(ROMEO, "orchard", link);
        romeo.available(0);
        eventually(() -> link.waiting() > 0);
        romeo.end(CloseReason.CUT);
        assertEquals(numbers(1, 5), server.delivery.spool(ROMEO));
        assertEquals(numbers(1, 5), server.live(ROMEO, "orchard", 0).bodies());
    }

    @Test
    void aStoreThatCannotBeReadIsTriedAgain() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        server.delivery.broken = true;
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.available(0);
        juliet.chat(ROMEO, "lost");
        assertEquals("error", juliet.link.last().attribute("type"));
        server.delivery.broken = false;
        eventually(() -> romeo.bodies().equals(List.of("1")));
    }

    @Test
    void whatIsInAStoreThatComesReachesWhoIsThere() {
        Client romeo = server.live(ROMEO, "orchard", 0);
        byte[] stanza = "<message><body>1</body></message>".getBytes(UTF_8);
        server.delivery.requeue(List.of(StoredMessage.of(1, ROMEO, JULIET, Instant.EPOCH, stanza)));
        server.host.arrived();
        eventually(() -> romeo.bodies().equals(List.of("1")));
        eventually(() -> server.state(romeo).equals("LIVE"));
    }

    @Test
    void idsGoOnAboveTheLargestInTheStores() {
        server.close();
        FakeDelivery delivery = new FakeDelivery();
        delivery.floor = Long.MAX_VALUE / 2;
        server = new Server(delivery, new Server.FakeUsers(), Map.of());
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        assertTrue(delivery.rows.get(ROMEO).firstKey() > delivery.floor);
    }

    @Test
    void nothingIsHandedOverWhileAStoreMayEvictItForAMessageOfBefore() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat(ROMEO, "1");
        server.delivery.shut();
        juliet.send("<message to='" + ROMEO + "' type='chat'><body>2</body></message>");
        AtomicBoolean open = new AtomicBoolean();
        AtomicBoolean tooEarly = new AtomicBoolean();
        server.delivery.pageRead = false;
        FakeLink link = new FakeLink().onSentStored(() -> tooEarly.compareAndSet(false, !open.get()));
        server.connect(ROMEO, "orchard", link).available(0);
        eventually(() -> server.delivery.pageRead);
        open.set(true);
        server.delivery.open();
        eventually(() -> link.bodies().equals(List.of("1", "2")));
        assertFalse(tooEarly.get());
    }
}
