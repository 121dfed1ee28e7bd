package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static im.restante.itests.support.Eventually.eventually;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.routing.Server.Client;
import im.restante.iq.IqRouter;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.roster.Directory.LiveSession;
import im.restante.session.CloseReason;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import im.restante.store.StoreException;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever fails behind a session, an Error included: every stanza has its end, and the next one is routed. */
class FailuresTest {
    private static final String CHAT = "<message to='romeo@localhost' type='chat' id='%s'><body>%s</body></message>";

    private final Front front = new Front();
    private final Client juliet = front.connect(JULIET, "balcony");

    @AfterEach
    void stop() {
        front.close();
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IllegalStateException("broken"),
                new NoClassDefFoundError("a bundle that is being exchanged"),
                new StackOverflowError());
    }

    /** A delivery that fails in its first call. */
    private Delivery failingOnce(Throwable failure) {
        boolean[] failed = {false};
        return (Delivery) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Delivery.class}, (proxy, method, arguments) -> {
                    if (!failed[0]) {
                        failed[0] = true;
                        throw failure;
                    }
                    return method.invoke(front.delivery, arguments);
                });
    }

    private CompletionStage<Outcome> chat(String body) {
        return juliet.send(CHAT.formatted(body, body));
    }

    private void assertFailed(String body) {
        eventually(() -> juliet.link.received().stream()
                .anyMatch(e -> body.equals(e.attribute("id")) && "error".equals(e.attribute("type"))));
        assertTrue(
                front.told.lines.stream().anyMatch(line -> line.contains(body + ": Failed")),
                front.told.lines.toString());
    }

    /** The next one of the same session is given to the spool, and gets its verdict. */
    private void assertTheNextIsRouted() {
        CompletionStage<Outcome> next = chat("next");
        eventually(() -> front.spools.bodies().contains("next"));
        front.spools.delivered.get(front.spools.delivered.size() - 1).verdict().complete(new Verdict.Stored("rule"));
        get(next);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatFailsAtOnceIsAVerdictAndAnAnswer(Throwable failure) {
        front.host.setDelivery(failingOnce(failure));
        get(chat("1"));
        assertFailed("1");
        assertTheNextIsRouted();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatFailsAfterAWaitIsAVerdictAndAnAnswer(Throwable failure) {
        front.host.unsetDelivery(front.delivery);
        CompletionStage<Outcome> first = chat("1");
        CompletionStage<Outcome> second = chat("2");
        front.host.setDelivery(failingOnce(failure));
        get(first);
        assertFailed("1");
        eventually(() -> front.spools.bodies().equals(List.of("2")));
        front.spools.delivered.get(0).verdict().complete(new Verdict.Stored("rule"));
        get(second);
        assertTheNextIsRouted();
    }

    /** As a class that is needed for the first time in a bundle that is gone. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeliveryThatGoesWhileItIsAskedLeavesTheDecisionToTheNext(boolean isNextThere) {
        Delivery gone = (Delivery) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Delivery.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    front.host.unsetDelivery((Delivery) proxy);
                    if (isNextThere) {
                        front.host.setDelivery(front.delivery);
                    }
                    throw new NoClassDefFoundError("a bundle that is being exchanged");
                });
        front.host.setDelivery(gone);
        chat("1");
        assertEquals(List.of("1"), front.spools.bodies());
        assertEquals(
                isNextThere ? new StorageDecision.Keep("default: body") : StorageDecision.UNDECIDED,
                front.spools.delivered.get(0).envelope().keep());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aSpoolThatBreaksItsWordIsAVerdictAndAnAnswer(Throwable failure) {
        CompletionStage<Outcome> open = chat("1");
        front.spools.delivered.get(0).verdict().completeExceptionally(failure);
        get(open);
        assertFailed("1");
        front.spools.onDeliver = () -> {
            front.spools.onDeliver = () -> {};
            FailuresTest.<RuntimeException>raise(failure);
        };
        get(chat("2"));
        assertFailed("2");
        assertTheNextIsRouted();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable failure) throws T {
        throw (T) failure;
    }

    /** Fails whenever it is told of something. */
    private static MessageListener failing(Throwable failure) {
        return new MessageListener() {
            @Override
            public void decided(MessageEvent event) {
                FailuresTest.<RuntimeException>raise(failure);
            }
        };
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aListenerThatFailsChangesNothing(Throwable failure) {
        front.host.addMessageListener(failing(failure));
        get(juliet.send("<message to='nobody@localhost' type='chat' id='1'><body>1</body></message>"));
        assertEquals("1", juliet.link.last().attribute("id"));
        assertEquals("service-unavailable", condition(juliet.link.last()));
        front.host.unsetDelivery(front.delivery);
        CompletionStage<Outcome> waiting = chat("2");
        front.host.setDelivery(failingOnce(failure));
        get(waiting);
        assertEquals("2", juliet.link.last().attribute("id"));
        assertTheNextIsRouted();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aMessageThatIsStoredStaysStoredIfTellingFails(Throwable failure) {
        Client hall = front.connect(JULIET, "hall");
        front.registry.carbons(hall.jid(), true);
        hall.available(0);
        hall.link.onOffer(() -> FailuresTest.<RuntimeException>raise(failure));
        CompletionStage<Outcome> open = chat("1");
        front.spools.delivered.get(0).verdict().complete(new Verdict.Stored("rule"));
        get(open);
        assertTrue(juliet.link.received().isEmpty(), juliet.link.received().toString());
    }

    @Test
    void nothingPassesWhileABlockListCannotBeRead() {
        Client romeo = front.connect(ROMEO, "orchard");
        romeo.available(0);
        front.roster.answer = failedFuture(new StoreException("unreadable"));
        for (String to : List.of("romeo@localhost", "romeo@localhost/orchard")) {
            for (String type : List.of("chat", "normal", "headline", "groupchat", "error")) {
                get(juliet.send(
                        "<message to='" + to + "' type='" + type + "' id='" + type + "'><body>1</body></message>"));
            }
        }
        get(juliet.send("<iq to='romeo@localhost/orchard' type='get' id='iq'><ping xmlns='urn:xmpp:ping'/></iq>"));
        get(juliet.send("<iq to='romeo@localhost' type='get' id='iq'><ping xmlns='urn:xmpp:ping'/></iq>"));
        assertEquals(List.of(), front.spools.bodies());
        assertEquals(List.of(), romeo.link.received());
        assertEquals(10, juliet.link.received().size()); // all but those of type error
        assertTrue(juliet.link.received().stream()
                .allMatch(e -> e.child(Namespaces.CLIENT, "error")
                        .orElseThrow()
                        .attribute("type")
                        .equals("wait")));
        assertTrue(front.told.lines.stream().allMatch(line -> line.contains("Failed")), front.told.lines.toString());
    }

    // ---- IQs

    private static String condition(Element answer) {
        return answer.child(Namespaces.CLIENT, "error")
                .orElseThrow()
                .children()
                .get(0)
                .name();
    }

    private void assertInternalServerError(IqRouter router) {
        front.host.setIqRouter(router);
        Outcome outcome = get(juliet.send("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>"));
        Element answer = ((Outcome.Answer) outcome).stanza();
        assertNotNull(Server.CODEC.serialize(answer, Namespaces.CLIENT));
        assertEquals("1", answer.attribute("id"));
        assertEquals("internal-server-error", condition(answer));
        assertTheNextIsRouted();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anIqRouterThatFailsIsAnInternalServerError(Throwable failure) {
        assertInternalServerError(iq -> {
            FailuresTest.<RuntimeException>raise(failure);
            return null;
        });
        assertInternalServerError(iq -> failedFuture(failure));
    }

    @Test
    void anAnswerThatIsNoneIsAnInternalServerError() {
        assertInternalServerError(iq -> null);
        assertInternalServerError(iq -> completedFuture(null));
    }

    @Test
    void anIqRouterThatFailsLaterIsAnInternalServerErrorToo() {
        CompletableFuture<Iq> late = new CompletableFuture<>();
        front.host.setIqRouter(iq -> late);
        CompletionStage<Outcome> open = juliet.send("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
        late.completeExceptionally(new NoClassDefFoundError("gone"));
        assertEquals("internal-server-error", condition(((Outcome.Answer) get(open)).stanza()));
    }

    // ---- presence, and the end of a session

    @ParameterizedTest
    @MethodSource("failures")
    void aRosterThatFailsDoesNotKeepADrainFromBeginning(Throwable failure) {
        front.roster.onPresence = () -> FailuresTest.<RuntimeException>raise(failure);
        get(juliet.send("<presence/>"));
        assertTrue(front.spools.told.contains("drain " + juliet.jid()), front.spools.told.toString());
        front.roster.onPresence = () -> {};
        assertTheNextIsRouted();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aRosterThatFailsDoesNotKeepANameTaken(Throwable failure) {
        front.roster.onClosed = () -> FailuresTest.<RuntimeException>raise(failure);
        juliet.end(CloseReason.CUT);
        assertNotNull(front.connect(JULIET, "balcony"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aRosterThatFailsAtTheBeginningDoesNotKeepANameTaken(Throwable failure) {
        front.roster.onOpened = (LiveSession session) -> FailuresTest.<RuntimeException>raise(failure);
        assertThrows(AssertionError.class, () -> front.connect(JULIET, "hall"));
        assertTrue(front.spools.told.contains("unpin"), front.spools.told.toString());
        front.roster.onOpened = session -> {};
        assertNotNull(front.connect(JULIET, "hall"));
    }
}
