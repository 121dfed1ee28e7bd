package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.jid.Jid;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** While a session deals with what waits by hand (XEP-0013), nobody is flooded with it, and what comes goes on coming. */
class HoldTest {
    private Server server = new Server(Map.of("window", "4"));
    private final Client juliet = server.connect(JULIET, "balcony");

    @AfterEach
    void stop() {
        server.close();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    private void waiting(int from, int to) {
        numbers(from, to).forEach(number -> juliet.chat(ROMEO, number));
    }

    /** A session that has asked what waits. */
    private Client asking(String resource) {
        Client client = server.connect(ROMEO, resource);
        server.host.hold(client.jid());
        return client;
    }

    private List<StoredMessage> shown() {
        return get(server.host.page(ROMEO, 0, 100, 1 << 20));
    }

    private List<String> shownBodies() {
        return shown().stream()
                .map(row -> Server.xml(row.stanza()).children().get(0).text())
                .toList();
    }

    /** A message that comes now is the next thing all of them get, in front of which nothing came that had waited. */
    private void getOnly(List<String> bodies, Client... clients) {
        for (Client client : clients) {
            eventually(() -> client.bodies().size() >= bodies.size());
            assertEquals(bodies, client.bodies());
        }
    }

    @Test
    void whoAskedIsNotFloodedAndGetsWhatComes() {
        waiting(1, 10);
        Client romeo = asking("orchard");
        assertEquals("HELD", server.state(romeo));
        romeo.available(0);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), romeo);
        assertEquals("HELD", server.state(romeo));
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(1, 10)));
    }

    @Test
    void noOtherResourceIsFloodedEither() {
        waiting(1, 10);
        Client romeo = asking("orchard");
        Client hall = server.connect(ROMEO, "hall");
        hall.available(5);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), hall);
        assertEquals(List.of(), romeo.bodies());
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(1, 10)));
    }

    @Test
    void whenItHasEndedTheNextGetEverything() {
        waiting(1, 10);
        asking("orchard").end(CloseReason.ORDERLY);
        Client romeo = server.live(ROMEO, "orchard", 0);
        assertEquals(numbers(1, 10), romeo.bodies());
    }

    @Test
    void whenItHasEndedWhoeverIsThereGetsWhatWaits() {
        waiting(1, 10);
        Client romeo = asking("orchard");
        Client hall = server.connect(ROMEO, "hall");
        hall.available(0);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), hall);
        romeo.end(CloseReason.CUT);
        eventually(() -> hall.bodies().size() == 11);
        assertEquals("live", hall.bodies().get(0));
        assertEquals(numbers(1, 10), hall.bodies().subList(1, 11));
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        eventually(() -> server.state(hall).equals("LIVE"));
    }

    @Test
    void itLastsUntilTheLastOfThoseWhoAskedHasEnded() {
        waiting(1, 3);
        Client first = asking("orchard");
        Client second = asking("garden");
        first.end(CloseReason.ORDERLY);
        second.available(0);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), second);
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(1, 3)));
    }

    @Test
    void whatComesWhileNobodyIsThereWaitsWithTheRest() {
        waiting(1, 2);
        Client romeo = asking("orchard");
        waiting(3, 4);
        romeo.available(0);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), romeo);
        romeo.available(-1);
        waiting(5, 6);
        romeo.available(0);
        juliet.chat(ROMEO, "again");
        getOnly(List.of("live", "again"), romeo);
        assertEquals(numbers(1, 6), shownBodies());
    }

    @Test
    void aDrainThatIsGoingOnStops() {
        waiting(1, 10);
        Client hall = server.connect(ROMEO, "hall", new FakeLink().unproved());
        hall.available(0);
        eventually(() -> hall.link.batchesUnproved() == 2);
        Client romeo = asking("orchard");
        assertEquals(numbers(1, 4), hall.bodies());
        hall.link.prove(2);
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(5, 10)));
        juliet.chat(ROMEO, "live");
        getOnly(List.of("1", "2", "3", "4", "live"), hall);
        assertEquals(numbers(5, 10), shownBodies());
        romeo.end(CloseReason.ORDERLY);
        eventually(() -> hall.link.batchesUnproved() > 0);
    }

    @Test
    void whatCameBehindTheBacklogOfADrainIsLiveAndComes() {
        waiting(1, 10);
        Client hall = server.connect(ROMEO, "hall", new FakeLink().unproved());
        hall.available(0);
        eventually(() -> hall.link.batchesUnproved() == 2);
        juliet.chat(ROMEO, "live");
        asking("orchard");
        hall.link.prove(2);
        getOnly(List.of("1", "2", "3", "4", "live"), hall);
    }

    @Test
    void rowsOfADrainThatEndsUnprovedAreHeldToo() {
        waiting(1, 10);
        Client hall = server.connect(ROMEO, "hall", new FakeLink().unproved());
        hall.available(0);
        eventually(() -> hall.link.batchesUnproved() == 2);
        asking("orchard");
        hall.end(CloseReason.CUT);
        assertEquals(numbers(1, 10), shownBodies());
        Client garden = server.connect(ROMEO, "garden");
        garden.available(0);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), garden);
    }

    @Test
    void aMessageThatIsLiveTwiceOverIsShownToNobody() {
        waiting(1, 2);
        asking("orchard");
        Client hall = server.connect(ROMEO, "hall");
        hall.available(0);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), hall);
        hall.link.hold(0);
        juliet.chat(ROMEO, "overflow"); // into the spool, behind a reader that is slow
        assertEquals(List.of("1", "2", "overflow"), server.delivery.spool(ROMEO));
        assertEquals(numbers(1, 2), shownBodies());
        hall.link.flow();
        getOnly(List.of("live", "overflow"), hall);
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(1, 2)));
    }

    @Test
    void withTheJournalTooOnlyWhatComesIsHandedOver() {
        server.close();
        server = new Server(server.delivery, server.users, Map.of("journal", "true"));
        Client sender = server.connect(JULIET, "balcony");
        numbers(1, 5).forEach(number -> sender.chat(ROMEO, number));
        Client romeo = asking("orchard");
        romeo.available(0);
        sender.chat(ROMEO, "live");
        getOnly(List.of("live"), romeo);
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(1, 5)));
        get(server.host.purge(ROMEO, romeo.jid()));
        sender.chat(ROMEO, "more");
        getOnly(List.of("live", "more"), romeo);
    }

    @Test
    void aSessionThatWasCutKeepsItsHoldAndGetsItsOwnMessagesWhenItComesBack() {
        waiting(1, 5);
        Client romeo = asking("orchard");
        romeo.available(0);
        juliet.chat(ROMEO, "live");
        getOnly(List.of("live"), romeo);
        romeo.link.hold(10);
        juliet.chat(ROMEO, "unsent");
        List<Outbound> unsent = romeo.link.cut();
        get(romeo.session.suspended(() -> unsent));
        juliet.chat(ROMEO, "meanwhile");
        FakeLink back = new FakeLink();
        romeo.session.resumed(back, List.of(), List.of());
        eventually(() -> back.bodies().equals(List.of("unsent", "meanwhile")));
        juliet.chat(ROMEO, "then");
        eventually(() -> back.bodies().equals(List.of("unsent", "meanwhile", "then")));
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(1, 5)));
    }

    @Test
    void aSessionThatHasEndedHoldsNothing() {
        waiting(1, 2);
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.end(CloseReason.ORDERLY);
        server.host.hold(romeo.jid());
        ((Session) romeo.session).hold(); // it may have been found a moment before
        assertEquals(numbers(1, 2), server.live(ROMEO, "hall", 0).bodies());
    }

    // ---- what is shown, sent and removed

    @Test
    void copiesGoToTheSessionThatAskedAndTheSpoolStaysAsItIs() {
        waiting(1, 3);
        Client romeo = asking("orchard");
        List<Element> copies =
                shown().stream().map(row -> Server.xml(row.stanza())).toList();
        get(server.host.send(romeo.jid(), copies));
        assertEquals(numbers(1, 3), romeo.bodies());
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(1, 3)));
        assertEquals(3, get(server.host.count(ROMEO)));
        romeo.end(CloseReason.ORDERLY);
        assertTrue(server.host.send(romeo.jid(), copies).toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    void whatBlockedPeopleSentIsNotShownAndPurgedWithTheRest() {
        waiting(1, 3);
        server.roster.blocked.add(ROMEO + " " + JULIET);
        Client romeo = asking("orchard");
        assertEquals(List.of(), shown());
        assertEquals(0, get(server.host.count(ROMEO)));
        server.roster.blocked.clear();
        assertEquals(3, shown().size());
        assertEquals(3, get(server.host.count(ROMEO)));
        server.roster.blocked.add(ROMEO + " " + JULIET);
        get(server.host.purge(ROMEO, romeo.jid()));
        assertEquals(List.of(), server.delivery.spool(ROMEO));
    }

    @Test
    void pagesPassOverWhatIsNotShown() {
        server.existing.add(Jid.of("tybalt@localhost"));
        Client tybalt = server.connect(Jid.of("tybalt@localhost"), "street");
        numbers(1, 250).forEach(number -> tybalt.chat(ROMEO, number));
        juliet.chat(ROMEO, "a");
        juliet.chat(ROMEO, "b");
        server.roster.blocked.add(ROMEO + " tybalt@localhost");
        asking("orchard");
        List<StoredMessage> first = get(server.host.page(ROMEO, 0, 1, 1 << 20));
        assertEquals(1, first.size());
        assertEquals(shown().get(0).id(), first.get(0).id());
        assertEquals(List.of("a", "b"), shownBodies());
        assertEquals(2, get(server.host.count(ROMEO)));
    }

    @Test
    void whatIsRemovedIsGoneForAllAndListenersAreToldWhy() {
        Told told = new Told();
        server.addMessageListener(told);
        waiting(1, 4);
        Client romeo = asking("orchard");
        List<StoredMessage> rows = shown();
        get(server.host.remove(ROMEO, rows.subList(1, 3), romeo.jid()));
        assertEquals(List.of("1", "4"), server.delivery.spool(ROMEO));
        String line = "romeo@localhost from juliet@localhost [" + rows.get(1).id() + "] REMOVED";
        assertTrue(told.lines.contains(line), () -> told.lines.toString());
        romeo.end(CloseReason.ORDERLY);
        assertEquals(List.of("1", "4"), server.live(ROMEO, "hall", 0).bodies());
    }

    @Test
    void whatIsRemovedWhileItIsOnItsWayDoesNotComeBack() {
        waiting(1, 4);
        Client hall = server.connect(ROMEO, "hall", new FakeLink().unproved());
        hall.available(0);
        eventually(() -> hall.link.batchesUnproved() == 2);
        Client romeo = asking("orchard");
        get(server.host.remove(ROMEO, shown().subList(0, 1), romeo.jid()));
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(2, 4)));
        hall.link.prove(1); // of what is gone, and of the next
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(3, 4)));
        hall.end(CloseReason.CUT);
        romeo.end(CloseReason.ORDERLY);
        assertEquals(numbers(3, 4), server.live(ROMEO, "garden", 0).bodies());
    }

    @Test
    void whatADrainHasReadAndNotHandedOverIsNotHandedOverOnceRemoved() {
        waiting(1, 8);
        Client hall = server.connect(ROMEO, "hall", new FakeLink().unproved());
        hall.available(0);
        eventually(() -> hall.link.batchesUnproved() == 2);
        get(server.host.remove(ROMEO, shown().subList(4, 6), hall.jid())); // without a hold
        hall.link.prove(2);
        eventually(() -> hall.link.batchesUnproved() == 1);
        assertEquals(List.of("1", "2", "3", "4", "7", "8"), hall.bodies());
    }

    @Test
    void aPurgeLeavesWhatIsLive() {
        waiting(1, 250);
        Client romeo = asking("orchard");
        Client hall = server.connect(ROMEO, "hall");
        hall.available(0);
        hall.link.hold(0);
        juliet.chat(ROMEO, "overflow");
        get(server.host.purge(ROMEO, romeo.jid()));
        assertEquals(List.of("overflow"), server.delivery.spool(ROMEO));
        hall.link.flow();
        getOnly(List.of("overflow"), hall);
    }

    @Test
    void aRemovalThatFailsTakesNothingAway() {
        waiting(1, 4);
        Client romeo = server.connect(ROMEO, "orchard");
        List<StoredMessage> rows = shown();
        server.delivery.unremovable = true;
        CompletionStage<Void> removed = server.host.remove(ROMEO, rows.subList(0, 2), romeo.jid());
        Throwable problem = assertThrows(
                CompletionException.class, () -> removed.toCompletableFuture().join());
        assertTrue(problem.getCause() instanceof StoreException, problem::toString);
        assertEquals(4, shown().size());
        server.delivery.unremovable = false;
        romeo.available(0);
        eventually(() -> romeo.bodies().equals(numbers(1, 4)));
        assertFalse(server.state(romeo).equals("HELD"));
    }
}
