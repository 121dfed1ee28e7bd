package im.restante.internal.iq;

import static im.restante.internal.iq.Iqs.JULIET;
import static im.restante.internal.iq.Iqs.NOBODY;
import static im.restante.internal.iq.Iqs.ROMEO;
import static im.restante.internal.iq.Iqs.SERVER;
import static im.restante.internal.iq.Iqs.error;
import static im.restante.internal.iq.Iqs.errorElement;
import static im.restante.internal.iq.Iqs.get;
import static im.restante.internal.iq.Iqs.request;
import static im.restante.internal.iq.Iqs.result;
import static im.restante.internal.iq.Iqs.service;
import static im.restante.internal.iq.Iqs.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.store.StoreException;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class WhiteboardIqRouterTest {
    private static final Element QUESTION = Element.of("urn:test", "question");

    private final WhiteboardIqRouter router = new WhiteboardIqRouter();

    @Test
    void answersServiceUnavailableWhenNobodyHandlesIt() throws Exception {
        assertEquals("service-unavailable", error(router.route(get(SERVER, QUESTION))));
        assertEquals("service-unavailable", error(router.route(set(null, QUESTION))));
    }

    @Test
    void keepsTheOriginalPayloadInAnError() throws Exception {
        Iq answer = Iqs.await(router.route(get(SERVER, QUESTION)));
        assertEquals(QUESTION, answer.payload().orElseThrow());
        assertEquals(SERVER, answer.from());
    }

    @Test
    void givesARequestToTheHandlerOfItsNamespaceAndElement() throws Exception {
        router.bindHandler(saying("other"), service(1, IqHandler.NAMESPACE, "urn:test", IqHandler.ELEMENT, "query"));
        assertEquals("service-unavailable", error(router.route(get(SERVER, QUESTION))));
        router.bindHandler(saying("this"), question(2));
        assertEquals("this", result(router.route(get(SERVER, QUESTION))).name());
    }

    @Test
    void takesSeveralElementsOfOneHandler() throws Exception {
        for (Object elements : List.of(new String[] {"question", "query"}, List.of("question", "query"))) {
            router.bindHandler(
                    saying("several"), service(1, IqHandler.NAMESPACE, "urn:test", IqHandler.ELEMENT, elements));
            assertEquals("several", result(router.route(get(SERVER, QUESTION))).name());
            assertEquals(
                    "several",
                    result(router.route(get(SERVER, Element.of("urn:test", "query"))))
                            .name());
        }
    }

    @Test
    void asksTheHighestRankingAndFollowsItsChanges() throws Exception {
        router.bindHandler(saying("first"), question(1));
        IqHandler better = saying("better");
        router.bindHandler(better, question(2, "service.ranking", 5));
        assertEquals("better", result(router.route(get(SERVER, QUESTION))).name());
        router.updatedHandler(better, question(2, "service.ranking", -5));
        assertEquals("first", result(router.route(get(SERVER, QUESTION))).name());
        router.updatedHandler(better, question(2, "service.ranking", 0)); // as high, but younger
        assertEquals("first", result(router.route(get(SERVER, QUESTION))).name());
        router.unbindHandler(better, question(2));
        router.unbindHandler(better, question(1));
        assertEquals("service-unavailable", error(router.route(get(SERVER, QUESTION))));
    }

    @Test
    void handlesServerAndOwnAccountUnlessTheHandlerSaysOtherwise() throws Exception {
        router.bindHandler(saying("yes"), question(1));
        assertEquals("yes", result(router.route(get(SERVER, QUESTION))).name());
        assertEquals("yes", result(router.route(get(null, QUESTION))).name());
        assertEquals("yes", result(router.route(get(ROMEO, QUESTION))).name());
        assertEquals("service-unavailable", error(router.route(get(JULIET, QUESTION))));
        assertEquals("service-unavailable", error(router.route(get(NOBODY, QUESTION))));
    }

    @Test
    void respectsTheScopeAHandlerNames() throws Exception {
        router.bindHandler(saying("server"), question(1, IqHandler.SCOPE, IqHandler.SERVER));
        assertEquals("server", result(router.route(get(SERVER, QUESTION))).name());
        assertEquals("service-unavailable", error(router.route(get(ROMEO, QUESTION))));
        router.bindHandler(
                saying("accounts"), question(2, IqHandler.SCOPE, new String[] {IqHandler.OWN, IqHandler.OTHER}));
        assertEquals("server", result(router.route(get(SERVER, QUESTION))).name());
        assertEquals("accounts", result(router.route(get(ROMEO, QUESTION))).name());
        assertEquals("accounts", result(router.route(get(JULIET, QUESTION))).name());
    }

    @Test
    void aRequestOfTheServerToItselfIsForTheServer() throws Exception {
        router.bindHandler(saying("server"), question(1, IqHandler.SCOPE, IqHandler.SERVER));
        router.bindHandler(saying("own"), question(2, IqHandler.SCOPE, IqHandler.OWN));
        Iq answer = Iqs.await(router.route(get(SERVER, QUESTION).addressed(SERVER, null)));
        assertEquals("server", answer.payload().orElseThrow().name());
    }

    @Test
    void neverAsksAHandlerThatDoesNotSayWhatItHandles() throws Exception {
        router.bindHandler(saying("nothing"), service(1, IqHandler.NAMESPACE, "urn:test"));
        assertEquals("service-unavailable", error(router.route(get(SERVER, QUESTION))));
    }

    @Test
    void refusesARequestWithoutExactlyOnePayloadOrWithoutId() throws Exception {
        router.bindHandler(saying("yes"), question(1));
        assertEquals("bad-request", error(router.route(request("get", SERVER))));
        assertEquals("bad-request", error(router.route(request("set", SERVER, QUESTION, QUESTION))));
        assertEquals("bad-request", error(router.route(request("ask", SERVER, QUESTION))));
        Iq withoutId = Iq.of(get(SERVER, QUESTION).element().withAttribute("id", null));
        assertNull(Iqs.await(router.route(withoutId)).id());
        assertEquals(
                Namespaces.STANZA_ERRORS,
                errorElement(Iqs.await(router.route(withoutId)))
                        .firstChild()
                        .orElseThrow()
                        .namespace());
    }

    @Test
    void answersInternalServerErrorForAHandlerThatThrowsFailsOrAnswersNonsense() throws Exception {
        List<IqHandler> broken = List.of(
                request -> {
                    throw new IllegalStateException("broken on purpose");
                },
                request -> {
                    throw new NoClassDefFoundError("broken on purpose");
                },
                request -> CompletableFuture.failedFuture(new IllegalStateException("broken on purpose")),
                request -> CompletableFuture.completedFuture(null),
                request -> CompletableFuture.completedFuture(request),
                request -> null);
        for (IqHandler handler : broken) {
            router.bindHandler(handler, question(1));
            assertEquals("internal-server-error", error(router.route(get(SERVER, QUESTION))));
        }
    }

    @Test
    void answersInternalServerErrorForAHandlerThatNeverAnswers() throws Exception {
        WhiteboardIqRouter impatient = new WhiteboardIqRouter(Duration.ofMillis(50));
        impatient.bindHandler(request -> new CompletableFuture<>(), question(1));
        assertEquals("internal-server-error", error(impatient.route(get(SERVER, QUESTION))));
    }

    @Test
    void asksToTryAgainLaterWhenTheStoreIsAway() throws Exception {
        router.bindHandler(
                request -> CompletableFuture.failedFuture(
                        new CompletionException(new StoreException("broken on purpose"))),
                question(1));
        assertEquals("resource-constraint", error(router.route(get(SERVER, QUESTION))));
        assertEquals(
                "wait",
                errorElement(Iqs.await(router.route(get(SERVER, QUESTION)))).attribute("type"));
    }

    private static IqHandler saying(String name) {
        return request -> CompletableFuture.completedFuture(request.result(Element.of("urn:test", name)));
    }

    private static Map<String, Object> question(long id, Object... more) {
        Map<String, Object> properties = service(id, more);
        properties.put(IqHandler.NAMESPACE, "urn:test");
        properties.put(IqHandler.ELEMENT, "question");
        return properties;
    }
}
