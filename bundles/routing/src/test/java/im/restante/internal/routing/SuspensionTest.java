package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static im.restante.itests.support.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.xml.StreamCondition;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A session whose connection was cut and whose client may come back. */
class SuspensionTest {
    private final Server server = new Server();
    private final Client juliet = server.connect(JULIET, "balcony");
    private final Client romeo = server.live(ROMEO, "orchard", 0);
    private final FakeLink back = new FakeLink();

    @AfterEach
    void stop() {
        server.close();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    /** The link is cut while these wait in it. */
    private List<Outbound> cutWith(int from, int to) {
        romeo.link.hold(Integer.MAX_VALUE);
        numbers(from, to).forEach(n -> juliet.chat(ROMEO, n));
        List<Outbound> unsent = romeo.link.cut();
        get(romeo.session.suspended(() -> unsent));
        return unsent;
    }

    private static List<Long> ids(List<Outbound> messages) {
        return messages.stream().map(one -> one.arrival().id()).toList();
    }

    @Test
    void itsOwnerIsAwayAndItsPresenceStays() {
        cutWith(1, 2);
        assertEquals("SUSPENDED", server.state(romeo));
        juliet.chat(ROMEO, "3");
        juliet.chat(ROMEO + "/orchard", "4");
        assertEquals(numbers(1, 4), server.delivery.spool(ROMEO));
        assertFalse(server.roster.closed.containsKey(romeo.jid()));
        assertTrue(romeo.session.jid().equals(server.host.sessions().get(1).jid()));
    }

    @Test
    void whoComesBackGetsEachMessageOnceAndInOrder() {
        List<Outbound> unsent = cutWith(1, 4);
        juliet.chat(ROMEO, "5");
        romeo.session.resumed(back, ids(unsent.subList(0, 2)), List.of());
        eventually(() -> back.bodies().equals(numbers(3, 5)));
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        eventually(() -> server.state(romeo).equals("LIVE"));
        juliet.chat(ROMEO, "6");
        assertEquals(numbers(3, 6), back.bodies());
    }

    @Test
    void whatNoSpoolKeepsComesFirstAndInOrder() {
        cutWith(1, 1);
        juliet.say("<message to='" + ROMEO + "/orchard' type='headline'><body>news</body></message>");
        romeo.session.resumed(back, List.of(), List.of(Outbound.of("<presence id='old'/>".getBytes())));
        eventually(() -> back.received().size() == 3);
        assertEquals("presence", back.received().get(0).name());
        assertEquals(List.of("news", "1"), back.bodies());
    }

    @Test
    void aQuestionOfSomebodyElseIsRefusedAtOnce() {
        cutWith(1, 1);
        juliet.say("<iq to='" + ROMEO + "/orchard' type='get' id='q'><ping xmlns='urn:xmpp:ping'/></iq>");
        assertEquals("error", juliet.link.last().attribute("type"));
    }

    @Test
    void anotherSessionGetsEverythingFromTheOldest() {
        List<Outbound> unsent = cutWith(1, 3);
        Client second = server.live(ROMEO, "hall", 0);
        assertEquals(numbers(1, 3), second.bodies());
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        romeo.session.resumed(back, ids(unsent.subList(0, 1)), List.of());
        juliet.chat(ROMEO, "4");
        assertEquals(List.of("4"), back.bodies());
        assertEquals(numbers(1, 4), second.bodies());
    }

    @Test
    void whatAnotherSessionGotLiveIsStillSentToTheOneThatComesBack() {
        Client second = server.live(ROMEO, "hall", 0);
        List<Outbound> unsent = cutWith(1, 3);
        assertEquals(numbers(1, 3), second.bodies());
        assertEquals(List.of(), server.delivery.spool(ROMEO));
        romeo.session.resumed(back, ids(unsent.subList(0, 1)), List.of());
        assertEquals(numbers(2, 3), back.bodies());
    }

    @Test
    void oneThatDoesNotComeBackEndsAndLosesNothing() {
        cutWith(1, 2);
        get(romeo.session.ended(CloseReason.CUT, List.of()));
        assertTrue(server.roster.closed.containsKey(romeo.jid()));
        assertEquals(
                numbers(1, 2),
                Stream.of(server.live(ROMEO, "orchard", 0))
                        .flatMap(c -> c.bodies().stream())
                        .toList());
    }

    @Test
    void oneOfNegativePriorityGetsNothingFromTheSpool() {
        romeo.available(-1);
        cutWith(1, 1);
        romeo.session.resumed(back, List.of(), List.of());
        assertEquals(List.of(), back.bodies());
        assertEquals(numbers(1, 1), server.delivery.spool(ROMEO));
    }

    @Test
    void whatItHasLeavesTheSpoolThoughAnotherIsAboutToBeGivenIt() {
        List<Outbound> unsent = cutWith(1, 3);
        FakeLink busy = new FakeLink().unsettled();
        server.connect(ROMEO, "hall", busy).available(0);
        romeo.session.resumed(back, ids(unsent.subList(0, 2)), List.of());
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(3, 3)));
        busy.settle();
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        assertEquals(numbers(3, 3), busy.bodies());
    }

    @Test
    void aNameThatIsBoundAnewWhileItsClientResumesIsGivenUpOnTheNewConnection() {
        cutWith(1, 2);
        server.host.bind(ROMEO, "orchard", new FakeLink());
        eventually(() -> romeo.link.closedWith() == StreamCondition.CONFLICT);
        romeo.session.resumed(back, List.of(), List.of());
        assertEquals(StreamCondition.CONFLICT, back.closedWith());
    }

    @Test
    void aPageThatItsOldConnectionCouldNotTakeIsNotHeldAgainstTheNewOne() {
        romeo.available(-1);
        numbers(1, 2).forEach(n -> juliet.chat(ROMEO, n));
        romeo.link.refusing().onSentStored(() -> {
            List<Outbound> unsent = romeo.link.cut();
            romeo.session.suspended(() -> unsent);
            romeo.session.resumed(back, List.of(), List.of());
        });
        romeo.available(0);
        eventually(() -> back.bodies().equals(numbers(1, 2)));
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        eventually(() -> server.state(romeo).equals("LIVE"));
        juliet.chat(ROMEO, "3");
        assertEquals(numbers(1, 3), back.bodies());
    }

    @Test
    void itIsNotSafeToComeBackBeforeAllIsStored() {
        romeo.link.hold(Integer.MAX_VALUE);
        juliet.chat(ROMEO, "1");
        List<Outbound> unsent = romeo.link.cut();
        server.delivery.unreturnable = true;
        CompletableFuture<Void> durable = romeo.session.suspended(() -> unsent).toCompletableFuture();
        eventually(() -> server.spool.unstored() == 1);
        assertFalse(durable.isDone());
        server.delivery.unreturnable = false;
        get(durable);
        eventually(() -> server.spool.unstored() == 0);
        assertEquals(numbers(1, 1), server.delivery.spool(ROMEO));
    }

    @Test
    void theLogSaysWhatIsLostIfTheStoreDoesNotTakeItBeforeTheServerEnds() {
        server.delivery.unreturnable = true;
        romeo.link.hold(Integer.MAX_VALUE);
        numbers(1, 2).forEach(n -> juliet.chat(ROMEO, n));
        List<Outbound> unsent = romeo.link.cut();
        romeo.session.suspended(() -> unsent);
        eventually(() -> server.spool.unstored() == 2);
        PrintStream errors = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, UTF_8));
        try {
            server.close();
        } finally {
            System.setErr(errors);
        }
        String said = log.toString(UTF_8);
        String lost = "2 messages that came back from sessions were not taken by the store, and are lost";
        assertTrue(said.contains("ERROR") && said.contains(lost), said);
    }
}
