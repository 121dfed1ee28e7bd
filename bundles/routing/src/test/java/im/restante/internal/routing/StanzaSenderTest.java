package im.restante.internal.routing;

import static im.restante.internal.routing.Server.DOMAIN;
import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static im.restante.internal.routing.Server.xml;
import static im.restante.itests.support.Eventually.eventually;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.internal.routing.Server.Client;
import im.restante.jid.Jid;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.server.StanzaSender;
import im.restante.session.CloseReason;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bundles send in the server's name, and what they are answered. */
@Timeout(120)
class StanzaSenderTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Server server = new Server(Map.of("store-timeout-seconds", "60", "swap-timeout-seconds", "60"));
    private final Told told = new Told();

    StanzaSenderTest() {
        server.addMessageListener(told);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static Message message(String attributes, String content) {
        return Message.of(xml("<message " + attributes + ">" + content + "</message>"));
    }

    private static Message chat(Object to, String body) {
        return message("to='" + to + "' type='chat' id='" + body + "'", "<body>" + body + "</body>");
    }

    private static Presence presence(String attributes) {
        return Presence.of(xml("<presence " + attributes + "/>"));
    }

    private static Iq ping(Object to) {
        return Iq.of(xml("<iq type='get' id='mine' to='" + to + "'><ping xmlns='urn:xmpp:ping'/></iq>"));
    }

    private Verdict send(Message message) {
        return get(server.sender.send(message));
    }

    private static String condition(Iq answer) {
        assertEquals(Iq.Type.ERROR, answer.type());
        return answer.element()
                .child(Namespaces.CLIENT, "error")
                .orElseThrow()
                .children()
                .get(0)
                .name();
    }

    // ---- messages

    @Test
    void aMessageToSomebodyAwayIsStoredAndDrainedAndListenersAreToldOfIt() {
        assertEquals(new Verdict.Stored("default: body"), send(chat(ROMEO, "1")));
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        assertEquals(
                DOMAIN, server.delivery.rows.get(ROMEO).firstEntry().getValue().sender());
        assertEquals("localhost -> romeo@localhost 1: Stored[rule=default: body]", told.lines.get(0));
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.available(0);
        eventually(() -> romeo.bodies().equals(List.of("1")));
        Element got = romeo.link.received().stream()
                .filter(stanza -> stanza.name().equals("message"))
                .findFirst()
                .orElseThrow();
        assertEquals("localhost", got.attribute("from"));
        assertTrue(got.child(Namespaces.DELAY, "delay").isPresent());
    }

    @Test
    void aMessageToSomebodyWhoIsThereIsDelivered() {
        Client romeo = server.live(ROMEO, "orchard", 0);
        assertEquals(new Verdict.Delivered(1), send(chat(ROMEO, "1")));
        assertEquals(List.of("1"), romeo.bodies());
        assertEquals("localhost", romeo.link.last().attribute("from"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            to='mercutio@localhost' type='chat'  | Refused[reason=there is no such account
            to='romeo@localhost' type='headline' | Dropped[reason=nobody is there for a message of type headline
            to='romeo@localhost/gone'            | Refused[reason=nobody is there for a message of type normal to a resource
            to='romeo@example.org' type='chat'   | Refused[reason=another domain
            to='localhost' type='chat'           | Refused[reason=to the server itself
            to='romeo@localhost' type='error'    | Dropped[reason=nobody is there for a message of type error
            """)
    void ofAMessageThatGoesNowhereTheVerdictSaysWhyAndNobodyIsToldByAStanza(String attributes, String verdict) {
        Client juliet = server.live(JULIET, "balcony", 0);
        int before = juliet.link.received().size();
        Verdict given = send(message(attributes, "<body>1</body>"));
        assertTrue(given.toString().startsWith(verdict), given::toString);
        assertEquals(before, juliet.link.received().size());
        assertEquals(1, told.lines.size(), told.lines::toString);
    }

    @Test
    void theLimitOfThePairHoldsForTheServer() {
        server.delivery.limit = 1;
        assertInstanceOf(Verdict.Stored.class, send(chat(ROMEO, "1")));
        assertEquals("full", ((Verdict.Refused) send(chat(ROMEO, "2"))).reason());
    }

    @Test
    void aSubDomainThatIsBlockedReachesNobody() {
        server.roster.blocked.add("romeo@localhost news.localhost");
        Message news = message("from='news.localhost' to='romeo@localhost'", "<body>1</body>");
        assertEquals("the recipient blocks the sender", ((Verdict.Refused) send(news)).reason());
        assertInstanceOf(Verdict.Stored.class, send(chat(ROMEO, "2")));
    }

    @Test
    void itsOwnRulesAreFollowedAsIfItWereNoStranger() {
        server.withRules();
        server.roster.strangers = true;
        Client romeo = server.live(ROMEO, "orchard", 0);
        Message ruled = message("to='romeo@localhost' type='chat' id='r'", """
                <body>1</body><amp xmlns='http://jabber.org/protocol/amp'>
                <rule condition='deliver' value='direct' action='notify'/></amp>""");
        assertEquals(new Verdict.Delivered(1), send(ruled));
        Message dropped = message("to='romeo@localhost' type='chat' id='r'", """
                <body>2</body><amp xmlns='http://jabber.org/protocol/amp'>
                <rule condition='deliver' value='direct' action='drop'/></amp>""");
        assertEquals(new Verdict.Dropped("a rule of the message"), send(dropped));
        assertEquals(List.of("1"), romeo.bodies());
    }

    @Test
    void whatIsSentToOneAccountIsRoutedInTheOrderOfTheCalls() {
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        server.roster.answer = slow;
        List<CompletionStage<Verdict>> verdicts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            verdicts.add(server.sender.send(chat(ROMEO, "" + i)));
            if (i == 50) {
                server.roster.answer = completedFuture(false);
            }
        }
        slow.complete(false);
        verdicts.forEach(verdict -> assertInstanceOf(Verdict.Stored.class, get(verdict)));
        assertEquals(IntStream.range(0, 100).mapToObj(i -> "" + i).toList(), server.delivery.spool(ROMEO));
    }

    /** Few, since a listener is told nothing for a while if the machine makes it slow. */
    @Test
    void aListenerMaySendAndIsNotCalledWithinItsCall() {
        Set<Thread> inside = ConcurrentHashMap.newKeySet();
        AtomicInteger nested = new AtomicInteger();
        server.addMessageListener(new MessageListener() {
            @Override
            public void decided(MessageEvent event) {
                if (!inside.add(Thread.currentThread())) {
                    nested.incrementAndGet();
                }
                int n = Integer.parseInt(event.message().id());
                if (n < 10) {
                    server.sender.send(chat(n % 2 == 0 ? ROMEO : JULIET, "" + (n + 1)));
                }
                inside.remove(Thread.currentThread());
            }
        });
        server.sender.send(chat(ROMEO, "0"));
        eventually(() -> server.delivery.spool(JULIET).equals(List.of("2", "4", "6", "8", "10")));
        assertEquals(List.of("0", "1", "3", "5", "7", "9"), server.delivery.spool(ROMEO));
        assertEquals(0, nested.get());
    }

    // ---- what is refused at once

    @ParameterizedTest
    @ValueSource(
            strings = {
                "romeo@localhost",
                "romeo@localhost/orchard",
                "localhost/resource",
                "example.org",
                "notlocalhost",
                "localhost.example.org"
            })
    void anotherAddressThanTheServersIsRefused(String from) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> server.sender.send(message("from='" + from + "' to='romeo@localhost'", "<body>1</body>")));
        assertEquals("from must be localhost or an address at a sub-domain of it, got " + from, refused.getMessage());
        assertEquals(List.of(), told.lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "news.localhost", "a.b.localhost", "room@chat.localhost/nick"})
    void theServerAndItsSubDomainsMaySend(String from) {
        Client romeo = server.live(ROMEO, "orchard", 0);
        send(message("from='" + from + "' to='romeo@localhost'", "<body>1</body>"));
        assertEquals(from, romeo.link.last().attribute("from"));
    }

    @Test
    void whatBreaksARuleIsRefusedWithTheRuleAndNothingIsSent() {
        StanzaSender sender = server.sender;
        assertRefused("to is missing", () -> sender.send(message("", "<body>1</body>")));
        assertRefused("max-stanza-bytes", () -> sender.send(chat(ROMEO, "x".repeat(10_000))));
        Element other = Element.builder("urn:example", "message").build();
        assertRefused("<message/>", () -> sender.send(new Message(other, null, ROMEO, Message.Type.CHAT)));
        assertRefused("available", () -> sender.send(presence("to='romeo@localhost' type='subscribe'")));
        assertRefused("type get or set", () -> sender.ask(Iq.of(xml("<iq type='result' to='localhost'/>")), MINUTE));
        assertRefused("one child", () -> sender.ask(Iq.of(xml("<iq type='get' to='localhost'/>")), MINUTE));
        assertRefused("timeout", () -> sender.ask(ping(ROMEO), Duration.ZERO));
        assertRefused(
                "timeout", () -> sender.ask(ping(ROMEO), Duration.ofMinutes(10).plusNanos(1)));
        assertEquals(List.of(), told.lines);
    }

    private static void assertRefused(String why, Runnable call) {
        String said = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(said.contains(why), said);
    }

    // ---- presence

    @Test
    void presenceReachesWhoIsThereAndIsKeptByNobody() {
        assertEquals(new Verdict.Dropped("nobody there"), get(server.sender.send(presence("to='romeo@localhost'"))));
        Client first = server.live(ROMEO, "first", 0);
        Client second = server.live(ROMEO, "second", -1);
        Client silent = server.connect(ROMEO, "silent");
        assertEquals(new Verdict.Delivered(2), get(server.sender.send(presence("to='romeo@localhost'"))));
        assertEquals(
                new Verdict.Delivered(1),
                get(server.sender.send(
                        presence("from='a@b.localhost/c' to='romeo@localhost/silent' type='unavailable'"))));
        assertEquals("localhost", first.link.last().attribute("from"));
        assertEquals("localhost", second.link.last().attribute("from"));
        assertEquals("a@b.localhost/c", silent.link.last().attribute("from"));
        assertEquals(1, silent.link.received().size());
    }

    @Test
    void presenceToOtherPlacesGoesNowhere() {
        server.roster.blocked.add("romeo@localhost a.localhost");
        server.live(ROMEO, "orchard", 0);
        assertEquals(
                new Verdict.Dropped("the recipient blocks the sender"),
                get(server.sender.send(presence("from='a.localhost' to='romeo@localhost'"))));
        assertInstanceOf(Verdict.Refused.class, get(server.sender.send(presence("to='romeo@example.org'"))));
        server.roster.answer = CompletableFuture.failedFuture(new IllegalStateException("no store"));
        assertInstanceOf(Verdict.Failed.class, get(server.sender.send(presence("to='romeo@localhost'"))));
    }

    // ---- questions

    @Test
    void aClientIsAskedAndOnlyItsOwnAnswerIsTaken() {
        Client romeo = server.connect(ROMEO, "orchard");
        Client juliet = server.connect(JULIET, "balcony");
        CompletableFuture<Iq> answer =
                server.sender.ask(ping(romeo.jid()), MINUTE).toCompletableFuture();
        eventually(() -> romeo.link.last() != null);
        Element asked = romeo.link.last();
        String id = asked.attribute("id");
        assertNotEquals("mine", id);
        assertEquals(22, id.length());
        assertEquals("localhost", asked.attribute("from"));
        String result = "<iq type='result' id='" + id + "' to='";
        juliet.say(result + "localhost'/>");
        romeo.say(result + "news.localhost'/>");
        romeo.say("<iq type='result' id='" + id + "x' to='localhost'/>");
        romeo.say("<iq type='get' id='" + id + "' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
        assertFalse(answer.isDone());
        romeo.say(result + "localhost'/>");
        Iq given = get(answer);
        assertEquals(Iq.Type.RESULT, given.type());
        assertEquals(romeo.jid(), given.from());
        assertNull(juliet.link.last());
    }

    @Test
    void anErrorOfTheClientIsAnAnswerAndASubDomainMayAsk() {
        Client romeo = server.connect(ROMEO, "orchard");
        CompletionStage<Iq> answer =
                server.sender.ask(ping(romeo.jid()).addressed(Jid.of("bot@x.localhost"), null), MINUTE);
        eventually(() -> romeo.link.last() != null);
        Iq asked = Iq.of(romeo.link.last());
        romeo.say("<iq type='error' id='" + asked.id() + "' to='bot@x.localhost'><error type='cancel'>"
                + "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        assertEquals("forbidden", condition(get(answer)));
    }

    @Test
    void whoIsNotThereIsAnsweredForByTheServer() {
        Iq answer = get(server.sender.ask(ping("romeo@localhost/gone"), MINUTE));
        assertEquals("service-unavailable", condition(answer));
        assertEquals("romeo@localhost/gone", answer.from().toString());
        assertEquals("remote-server-not-found", condition(get(server.sender.ask(ping("example.org"), MINUTE))));
        server.roster.blocked.add("romeo@localhost a.localhost");
        Client romeo = server.connect(ROMEO, "orchard");
        Iq blocked = ping(romeo.jid()).addressed(Jid.of("a.localhost"), null);
        assertEquals("their-block", get(server.sender.ask(blocked, MINUTE)).id()); // as the roster answers
        assertNull(romeo.link.last());
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "romeo@localhost"})
    void whatAnswersForTheServerAndForAccountsIsAsked(String to) {
        assertEquals("service-unavailable", condition(get(server.sender.ask(ping(to), MINUTE))));
        server.host.setIqRouter(iq -> completedFuture(iq.result()));
        Iq answer = get(server.sender.ask(ping(to), MINUTE));
        assertEquals(Iq.Type.RESULT, answer.type());
        assertEquals(to, answer.from().toString());
    }

    @Test
    void anAnswerThatDoesNotComeInTimeIsAnErrorAndOneThatComesLateGoesNowhere() {
        Client romeo = server.connect(ROMEO, "orchard");
        CompletableFuture<Iq> answer =
                server.sender.ask(ping(romeo.jid()), MINUTE).toCompletableFuture();
        eventually(() -> romeo.link.last() != null);
        server.passed.addAndGet(Duration.ofSeconds(61).toNanos());
        assertEquals("remote-server-timeout", condition(get(answer)));
        romeo.say("<iq type='result' id='" + romeo.link.last().attribute("id") + "' to='localhost'/>");
        server.host.setIqRouter(iq -> new CompletableFuture<>());
        CompletionStage<Iq> handled = server.sender.ask(ping(DOMAIN), MINUTE);
        server.passed.addAndGet(Duration.ofSeconds(61).toNanos());
        assertEquals("remote-server-timeout", condition(get(handled)));
    }

    // ---- bounds, and what goes away

    @Test
    void soManyMayWaitAndNoMore() {
        Client romeo = server.connect(ROMEO, "orchard");
        List<CompletionStage<Iq>> questions = new ArrayList<>();
        for (int i = 0; i < StanzaSender.MOST_WAITING; i++) {
            questions.add(server.sender.ask(ping(romeo.jid()), MINUTE));
        }
        Verdict.Failed full = (Verdict.Failed) send(chat(JULIET, "1"));
        assertEquals(StanzaError.Condition.RESOURCE_CONSTRAINT, full.told().condition());
        assertEquals("resource-constraint", condition(get(server.sender.ask(ping(romeo.jid()), MINUTE))));
        eventually(() -> romeo.link.received().size() == StanzaSender.MOST_WAITING);
        romeo.say("<iq type='result' id='" + romeo.link.last().attribute("id") + "' to='localhost'/>");
        eventually(() -> send(chat(JULIET, "2")) instanceof Verdict.Stored);
        assertTrue(questions.stream()
                        .filter(one -> one.toCompletableFuture().isDone())
                        .count()
                <= 1);
    }

    @Test
    void aMessageWaitsForTheDelivery() {
        server.unsetDelivery();
        CompletionStage<Verdict> waits = server.sender.send(chat(ROMEO, "1"));
        server.setDelivery();
        assertInstanceOf(Verdict.Stored.class, get(waits));
    }

    @Test
    void aLookupThatNeverEndsEndsAtTheDeadline() {
        server.roster.answer = new CompletableFuture<>();
        CompletableFuture<Verdict> message =
                server.sender.send(chat(ROMEO, "1")).toCompletableFuture();
        CompletableFuture<Verdict> presence =
                server.sender.send(presence("to='romeo@localhost'")).toCompletableFuture();
        eventually(() -> {
            server.passed.addAndGet(Duration.ofSeconds(10).toNanos()); // from whenever it was routed
            return message.isDone() && presence.isDone();
        });
        assertInstanceOf(Verdict.Failed.class, get(message));
        assertInstanceOf(Verdict.Failed.class, get(presence));
    }

    @Test
    void whileRoutingIsAwayStanzasWaitForItAsLongAsASwapMayTake() {
        server.host.deactivate();
        CompletableFuture<Verdict> late = server.sender.send(chat(ROMEO, "1")).toCompletableFuture();
        CompletionStage<Iq> question = server.sender.ask(ping(DOMAIN), Duration.ofMinutes(5));
        server.passed.addAndGet(Duration.ofSeconds(61).toNanos());
        Verdict.Failed failed = (Verdict.Failed) get(late);
        assertEquals("routing was not there in time", failed.reason());
        assertEquals("service-unavailable", condition(get(question)));
        assertEquals(List.of(), told.lines);
    }

    @Test
    void whatWaitedTooLongForRoutingIsKeptByNobody() {
        server.sender.detach(router());
        CompletableFuture<Verdict> first = server.sender.send(chat(ROMEO, "1")).toCompletableFuture();
        CompletableFuture<Verdict> other = server.sender.send(chat(JULIET, "2")).toCompletableFuture();
        assertEquals(2, server.sender.queued());
        server.passed.addAndGet(Duration.ofSeconds(61).toNanos());
        assertInstanceOf(Verdict.Failed.class, get(first));
        assertInstanceOf(Verdict.Failed.class, get(other));
        eventually(() -> server.sender.queued() == 0);
        server.host.activate();
        assertInstanceOf(Verdict.Stored.class, send(chat(ROMEO, "3")));
        assertEquals(List.of("3"), server.delivery.spool(ROMEO));
    }

    @Test
    void whatWaitedForRoutingIsRoutedOnceItIsBack() {
        server.sender.detach(router());
        CompletableFuture<Verdict> waits = server.sender.send(chat(ROMEO, "1")).toCompletableFuture();
        CompletableFuture<Verdict> next = server.sender.send(chat(ROMEO, "2")).toCompletableFuture();
        assertFalse(waits.isDone());
        server.host.activate();
        assertInstanceOf(Verdict.Stored.class, get(waits));
        assertInstanceOf(Verdict.Stored.class, get(next));
        assertEquals(List.of("1", "2"), server.delivery.spool(ROMEO));
    }

    private Router router() {
        return server.host.router();
    }

    @Test
    void whatRoutingHasWhenItStopsIsAnsweredThen() {
        server.delivery.shut();
        Client romeo = server.connect(ROMEO, "orchard");
        CompletionStage<Iq> question = server.sender.ask(ping(romeo.jid()), Duration.ofMinutes(5));
        CompletionStage<Verdict> stored = server.sender.send(chat(JULIET, "1"));
        eventually(() -> romeo.link.last() != null && !server.delivery.stored.isEmpty());
        server.host.deactivate();
        assertEquals("service-unavailable", condition(get(question)));
        assertEquals("routing stopped", ((Verdict.Failed) get(stored)).reason());
        server.delivery.open();
    }

    @Test
    void whatHasNoAnswerWhenTheServerStopsIsAnsweredThen() {
        Client romeo = server.connect(ROMEO, "orchard");
        CompletionStage<Iq> question = server.sender.ask(ping(romeo.jid()), Duration.ofMinutes(5));
        server.sender.detach(router());
        CompletionStage<Verdict> message = server.sender.send(chat(JULIET, "1"));
        CountDownLatch never = new CountDownLatch(1);
        CompletionStage<Verdict> blocked = server.sender.send(chat(JULIET, "2"));
        blocked.thenRun(() -> {
            try {
                never.await(); // a bundle that breaks the rule keeps nobody from stopping
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        server.sender.deactivate();
        assertEquals("service-unavailable", condition(get(question)));
        assertEquals("the server stops", ((Verdict.Failed) get(message)).reason());
        Verdict after = get(server.sender.send(chat(JULIET, "3")));
        assertEquals("the server stops", ((Verdict.Failed) after).reason());
        never.countDown();
    }

    @Test
    void anAccountThatIsRemovedGetsNothingMore() {
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.end(CloseReason.ORDERLY);
        server.existing.remove(ROMEO);
        assertEquals("there is no such account", ((Verdict.Refused) send(chat(ROMEO, "1"))).reason());
    }
}
