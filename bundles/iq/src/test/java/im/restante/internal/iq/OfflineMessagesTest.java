package im.restante.internal.iq;

import static im.restante.internal.iq.Iqs.JULIET;
import static im.restante.internal.iq.Iqs.NOBODY;
import static im.restante.internal.iq.Iqs.ROMEO;
import static im.restante.internal.iq.Iqs.SERVER;
import static im.restante.internal.iq.Iqs.await;
import static im.restante.internal.iq.Iqs.error;
import static im.restante.internal.iq.Iqs.get;
import static im.restante.internal.iq.Iqs.result;
import static im.restante.internal.iq.Iqs.service;
import static im.restante.internal.iq.Iqs.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfflineMessagesTest {
    private static final String OFFLINE = Namespaces.OFFLINE;
    private static final String RSM = "http://jabber.org/protocol/rsm";
    private static final String FORM = "jabber:x:data";
    private static final Jid ORCHARD = ROMEO.withResource("orchard");
    private static final Element FETCH = Element.builder(OFFLINE, "offline")
            .child(Element.of(OFFLINE, "fetch"))
            .build();
    private static final Element PURGE = Element.builder(OFFLINE, "offline")
            .child(Element.of(OFFLINE, "purge"))
            .build();
    private static final Element INFO =
            Element.of(Namespaces.DISCO_INFO, "query").withAttribute("node", OFFLINE);
    private static final Element ITEMS =
            Element.of(Namespaces.DISCO_ITEMS, "query").withAttribute("node", OFFLINE);

    private final FakeRetrieval spool = new FakeRetrieval();
    private final OfflineMessages offline = new OfflineMessages(spool, new HardenedXmlCodec(), new HandlerThreads());
    private final DiscoInfoHandler info =
            new DiscoInfoHandler(new SmallHandlersTest.Info(), new Subscribers(), new NodeAnswers());
    private final DiscoItemsHandler items = new DiscoItemsHandler(new Subscribers(), new NodeAnswers());

    @BeforeEach
    void bind() {
        info.bindOffline(offline);
        info.bindProvider(offline, service(1));
        items.bindOffline(offline);
    }

    private void waiting(int count) {
        for (int i = 1; i <= count; i++) {
            spool.waits(i, "juliet@capulet.lit/balcony", "<body>m" + i + "</body>");
        }
    }

    // ---- service discovery

    @Test
    void serverAndAccountSayThatTheyKnowIt() throws Exception {
        for (Jid to : new Jid[] {SERVER, ROMEO, null}) {
            Element answer = result(info.handle(get(to, Element.of(Namespaces.DISCO_INFO, "query"))));
            assertTrue(answer.children().stream().anyMatch(child -> OFFLINE.equals(child.attribute("var"))));
        }
    }

    @Test
    void theNodeSaysHowManyWaitAndKeepsTheFloodBack() throws Exception {
        waiting(66);
        Element answer = result(info.handle(get(null, INFO)));
        assertEquals(OFFLINE, answer.attribute("node"));
        Element identity = answer.child(Namespaces.DISCO_INFO, "identity").orElseThrow();
        assertEquals("automation", identity.attribute("category"));
        assertEquals("message-list", identity.attribute("type"));
        assertTrue(answer.children().stream().anyMatch(child -> OFFLINE.equals(child.attribute("var"))));
        Element form = answer.child(FORM, "x").orElseThrow();
        assertEquals("result", form.attribute("type"));
        Element type = form.children().get(0);
        assertEquals(
                "FORM_TYPE hidden " + OFFLINE,
                type.attribute("var") + ' ' + type.attribute("type") + ' ' + value(type));
        Element number = form.children().get(1);
        assertEquals("number_of_messages 66", number.attribute("var") + ' ' + value(number));
        assertEquals(List.of(ORCHARD), spool.held);
    }

    private static String value(Element field) {
        return field.child(FORM, "value").orElseThrow().text();
    }

    @Test
    void headersNameEachMessageAndItsSender() throws Exception {
        spool.waits(0x17f_0000_0001L, "mercutio@shakespeare.lit/pda", "<body>a</body>");
        spool.waits(0x17f_0000_000aL, "juliet@capulet.lit/balcony", "<body>b</body>");
        Element answer = result(items.handle(get(ROMEO, ITEMS)));
        assertEquals(OFFLINE, answer.attribute("node"));
        assertEquals(
                List.of(
                        "romeo@montague.lit 0000017f00000001 mercutio@shakespeare.lit/pda",
                        "romeo@montague.lit 0000017f0000000a juliet@capulet.lit/balcony"),
                answer.children().stream()
                        .map(i -> i.attribute("jid") + ' ' + i.attribute("node") + ' ' + i.attribute("name"))
                        .toList());
        assertEquals(List.of(ORCHARD), spool.held);
    }

    @Test
    void withoutMessagesTheHeadersAreAnEmptyQuery() throws Exception {
        assertTrue(result(items.handle(get(null, ITEMS))).content().isEmpty());
    }

    @Test
    void nodesSortAsTheMessagesCame() {
        List<Long> ids = new ArrayList<>(
                List.of(1L, 15L, 16L, 0x7fffL, 0x8000_0000L, 1L << 41, 0x1234_5678_9abc_def0L, Long.MAX_VALUE));
        Collections.shuffle(ids);
        List<Long> sorted = ids.stream().map(Nodes::of).sorted().map(Nodes::id).toList();
        assertEquals(ids.stream().sorted().toList(), sorted);
    }

    @Test
    void anothersNodeIsForbiddenWhetherThereIsSuchAnAccountOrNot() throws Exception {
        for (Jid other : List.of(JULIET, NOBODY)) {
            assertEquals("forbidden", error(info.handle(get(other, INFO))));
            assertEquals("forbidden", error(items.handle(get(other, ITEMS))));
            assertEquals("forbidden", error(offline.handle(get(other, view(1)))));
            assertEquals("forbidden", error(offline.handle(set(other, remove(1)))));
            assertEquals("forbidden", error(offline.handle(get(other, FETCH))));
            assertEquals("forbidden", error(offline.handle(set(other, PURGE))));
            assertEquals(
                    "service-unavailable", error(info.handle(get(other, Element.of(Namespaces.DISCO_INFO, "query")))));
        }
        assertTrue(spool.held.isEmpty());
    }

    @Test
    void theServersOwnNodeOfThatNameDoesNotExist() throws Exception {
        assertEquals("item-not-found", error(info.handle(get(SERVER, INFO))));
        assertEquals("item-not-found", error(items.handle(get(SERVER, ITEMS))));
    }

    @Test
    void whileNoSessionsAreThereTheNodeIsNot() throws Exception {
        info.unbindOffline(offline);
        items.unbindOffline(offline);
        assertEquals("item-not-found", error(info.handle(get(null, INFO))));
        assertEquals("item-not-found", error(items.handle(get(null, ITEMS))));
    }

    @Test
    void discoveryIsOnlyAsked() throws Exception {
        assertEquals("bad-request", error(info.handle(set(null, INFO))));
        assertEquals("bad-request", error(items.handle(set(null, ITEMS))));
    }

    // ---- portions of the headers

    @Test
    void headersAreReadPortionByPortion() throws Exception {
        waiting(25);
        List<String> nodes = new ArrayList<>();
        String after = null;
        for (int expected : new int[] {10, 10, 5, 0}) {
            Element answer = portion(rsm("max", "10", "after", after));
            assertEquals(expected, headers(answer).size());
            assertEquals("25", said(answer, "count"));
            nodes.addAll(headers(answer));
            after = expected == 0 ? after : said(answer, "last");
        }
        assertEquals(LongStream.rangeClosed(1, 25).mapToObj(Nodes::of).toList(), nodes);
    }

    @Test
    void headersAreReadBackwards() throws Exception {
        waiting(25);
        Element last = portion(rsm("max", "10", "before", ""));
        assertEquals(LongStream.rangeClosed(16, 25).mapToObj(Nodes::of).toList(), headers(last));
        assertEquals(Nodes.of(16), said(last, "first"));
        Element before = portion(rsm("max", "10", "before", said(last, "first")));
        assertEquals(LongStream.rangeClosed(6, 15).mapToObj(Nodes::of).toList(), headers(before));
    }

    @Test
    void noHeadersButTheirNumber() throws Exception {
        waiting(25);
        Element answer = portion(rsm("max", "0"));
        assertEquals(List.of(), headers(answer));
        assertEquals("25", said(answer, "count"));
        assertNull(said(answer, "first"));
    }

    @Test
    void aPortionGoesOnBehindAMessageThatIsGone() throws Exception {
        waiting(25);
        spool.rows.remove(10L);
        assertEquals(List.of(Nodes.of(11), Nodes.of(12)), headers(portion(rsm("max", "2", "after", Nodes.of(10)))));
    }

    @Test
    void whoDoesNotAskForPortionsGetsOneWhenThereAreTooMany() throws Exception {
        waiting(OfflineMessagesTest.MANY);
        Element answer = result(items.handle(get(null, ITEMS)));
        assertEquals(Headers.MOST, headers(answer).size());
        assertEquals(Integer.toString(MANY), said(answer, "count"));
        assertEquals(Nodes.of(Headers.MOST), said(answer, "last"));
    }

    private static final int MANY = Headers.MOST + 1;

    @Test
    void anAnswerIsBoundedInCharactersToo() throws Exception {
        String resource = "r".repeat(1_000);
        for (int i = 1; i <= 300; i++) {
            spool.waits(i, "juliet@capulet.lit/" + resource, "");
        }
        Element first = result(items.handle(get(null, ITEMS)));
        Element last = portion(rsm("before", ""));
        for (Element answer : List.of(first, last)) {
            int characters = headers(answer).size() * (1_000 + 50);
            assertTrue(characters > Headers.MOST_CHARACTERS - 2_000, () -> "only " + characters);
            assertTrue(characters < Headers.MOST_CHARACTERS + 10_000, () -> characters + " are too many");
        }
        assertEquals(Nodes.of(1), said(first, "first"));
        assertEquals(Nodes.of(300), said(last, "last"));
    }

    @Test
    void portionsThatCannotBeHadAreRefused() throws Exception {
        waiting(3);
        assertEquals("bad-request", error(items.handle(get(null, ITEMS.with(rsm("max", "-1"))))));
        assertEquals("bad-request", error(items.handle(get(null, ITEMS.with(rsm("max", "many"))))));
        assertEquals(
                "bad-request",
                error(items.handle(get(null, ITEMS.with(rsm("after", Nodes.of(1), "before", Nodes.of(3)))))));
        assertEquals("feature-not-implemented", error(items.handle(get(null, ITEMS.with(rsm("index", "2"))))));
        assertEquals("item-not-found", error(items.handle(get(null, ITEMS.with(rsm("after", "elsewhere"))))));
        assertEquals("item-not-found", error(items.handle(get(null, ITEMS.with(rsm("before", "elsewhere"))))));
    }

    private Element portion(Element rsm) throws Exception {
        return result(items.handle(get(null, ITEMS.with(rsm))));
    }

    /** Pairs of a name and its text; a null text leaves it out. */
    private static Element rsm(String... children) {
        Element.Builder set = Element.builder(RSM, "set");
        for (int i = 0; i < children.length; i += 2) {
            if (children[i + 1] != null) {
                set.child(Element.of(RSM, children[i], children[i + 1]));
            }
        }
        return set.build();
    }

    private static String said(Element query, String what) {
        return query.child(RSM, "set")
                .orElseThrow()
                .child(RSM, what)
                .map(Element::text)
                .orElse(null);
    }

    private static List<String> headers(Element query) {
        return query.children().stream()
                .filter(child -> child.is(Namespaces.DISCO_ITEMS, "item"))
                .map(item -> item.attribute("node"))
                .toList();
    }

    // ---- reading

    @Test
    void messagesAreViewedByTheirNodesAndStay() throws Exception {
        waiting(5);
        assertNull(result(offline.handle(get(null, view(4, 2)))));
        assertEquals(List.of("m2 " + Nodes.of(2), "m4 " + Nodes.of(4)), sent());
        assertEquals(5, spool.rows.size());
        assertEquals(List.of(ORCHARD), spool.held);
    }

    @Test
    void whatASenderSaysOfNodesIsNotPassedOn() throws Exception {
        spool.waits(
                7, "juliet@capulet.lit/x", "<body>m</body><offline xmlns='" + OFFLINE + "'><item node='f'/></offline>");
        result(offline.handle(get(null, view(7))));
        assertEquals(List.of("m " + Nodes.of(7)), sent());
        assertEquals(
                1,
                spool.sent.get(0).children().stream()
                        .filter(child -> child.is(OFFLINE, "offline"))
                        .count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "set"})
    void allAreFetchedAndStay(String type) throws Exception {
        waiting(250);
        assertNull(result(offline.handle(Iqs.request(type, null, FETCH))));
        assertEquals(
                LongStream.rangeClosed(1, 250)
                        .mapToObj(i -> "m" + i + ' ' + Nodes.of(i))
                        .toList(),
                sent());
        assertEquals(250, spool.rows.size());
        assertEquals(List.of(ORCHARD), spool.held);
    }

    @Test
    void nothingIsFetchedWhereNothingWaits() throws Exception {
        assertNull(result(offline.handle(get(ROMEO, FETCH))));
        assertTrue(spool.sent.isEmpty());
    }

    @Test
    void aPageFollowsWhenTheOneBeforeIsWrittenAndTheResultTheLast() throws Exception {
        waiting(250);
        spool.slow = true;
        CompletionStage<Iq> answer = offline.handle(get(null, FETCH));
        for (int page = 1; page <= 3; page++) {
            assertFalse(answer.toCompletableFuture().isDone());
            spool.written(page);
        }
        assertNull(result(answer));
        assertEquals(List.of(100, 100, 50), spool.pages);
    }

    @Test
    void aPageIsBoundedInBytes() throws Exception {
        for (int i = 1; i <= 10; i++) {
            spool.waits(
                    i, "juliet@capulet.lit/x", "<body>" + "x".repeat((int) OfflineMessages.PAGE_BYTES / 3) + "</body>");
        }
        result(offline.handle(get(null, FETCH)));
        assertTrue(Collections.max(spool.pages) <= 3, () -> "pages of " + spool.pages);
        spool.pages.clear();
        result(offline.handle(get(null, view(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))));
        assertTrue(Collections.max(spool.pages) <= 3, () -> "pages of " + spool.pages);
    }

    @Test
    void whoIsCutWhileItReadsIsToldToAskAgain() throws Exception {
        waiting(5);
        spool.cut = true;
        assertEquals("resource-constraint", error(offline.handle(get(null, FETCH))));
        assertEquals("resource-constraint", error(offline.handle(get(null, view(1)))));
        assertEquals(5, spool.rows.size());
    }

    @Test
    void aSlowReaderIsNotGivenUpByTheRouter() throws Exception {
        waiting(1);
        spool.slow = true;
        WhiteboardIqRouter router = new WhiteboardIqRouter(Duration.ofMillis(1));
        router.bindHandler(
                offline,
                service(1, IqHandler.NAMESPACE, OFFLINE, IqHandler.ELEMENT, "offline", IqHandler.DEADLINE_SECONDS, 0));
        CompletionStage<Iq> answer = router.route(get(null, FETCH));
        CompletionStage<Iq> impatient = impatient();
        assertEquals("internal-server-error", error(impatient));
        assertFalse(answer.toCompletableFuture().isDone());
        spool.written(1);
        assertNull(result(answer));
    }

    /** What the same router makes of a handler without a deadline of its own that does not answer. */
    private CompletionStage<Iq> impatient() {
        WhiteboardIqRouter router = new WhiteboardIqRouter(Duration.ofMillis(1));
        router.bindHandler(
                request -> new java.util.concurrent.CompletableFuture<>(),
                service(1, IqHandler.NAMESPACE, OFFLINE, IqHandler.ELEMENT, "offline"));
        return router.route(get(null, FETCH));
    }

    private List<String> sent() {
        return spool.sent.stream()
                .map(message ->
                        message.child(Namespaces.CLIENT, "body").orElseThrow().text()
                                + ' '
                                + message.child(OFFLINE, "offline")
                                        .orElseThrow()
                                        .child(OFFLINE, "item")
                                        .orElseThrow()
                                        .attribute("node"))
                .toList();
    }

    // ---- removing

    @Test
    void messagesAreRemovedByTheirNodes() throws Exception {
        waiting(3);
        assertNull(result(offline.handle(set(null, remove(1, 3)))));
        assertEquals(List.of(2L), List.copyOf(spool.rows.keySet()));
        assertEquals(ORCHARD, spool.remover);
        assertTrue(spool.held.isEmpty(), "who only removes wants the rest as ever");
    }

    @Test
    void allAreRemoved() throws Exception {
        waiting(3);
        assertNull(result(offline.handle(set(ROMEO, PURGE))));
        assertTrue(spool.rows.isEmpty());
        assertNull(result(offline.handle(set(ROMEO, PURGE))), "nothing is left to remove, and that is no error");
    }

    @Test
    void removingIsNotAQuestion() throws Exception {
        waiting(1);
        assertEquals("bad-request", error(offline.handle(get(null, remove(1)))));
        assertEquals("bad-request", error(offline.handle(get(null, PURGE))));
        assertEquals(1, spool.rows.size());
    }

    @Test
    void viewingWorksWithASetToo() throws Exception {
        waiting(1);
        assertNull(result(offline.handle(set(null, view(1)))));
        assertEquals(1, spool.sent.size());
    }

    // ---- what is not there

    @Test
    void aPartialFailureNamesTheNodesAndTheRestIsDone() throws Exception {
        waiting(3);
        Iq viewed = await(offline.handle(get(null, view(2, 9, 1))));
        assertEquals(List.of(Nodes.of(9)), missing(viewed));
        assertEquals(2, spool.sent.size());
        Iq removed =
                await(offline.handle(set(null, items("remove", Nodes.of(1), Nodes.of(8), "2003-02-27T22:49:17.008Z"))));
        assertEquals(List.of("2003-02-27T22:49:17.008Z", Nodes.of(8)), missing(removed));
        assertEquals(List.of(2L, 3L), List.copyOf(spool.rows.keySet()));
    }

    private static List<String> missing(Iq answer) {
        assertEquals(Iq.Type.ERROR, answer.type());
        Element error = Iqs.errorElement(answer);
        assertEquals("cancel", error.attribute("type"));
        assertTrue(error.child(Namespaces.STANZA_ERRORS, "item-not-found").isPresent());
        return error.child(OFFLINE, "offline").orElseThrow().children().stream()
                .map(item -> item.attribute("node"))
                .toList();
    }

    @Test
    void requestsThatSayNothingSensibleAreBad() throws Exception {
        waiting(1);
        List<Element> wrong = List.of(
                Element.of(OFFLINE, "offline"),
                Element.of(OFFLINE, "offline").with(Element.of(OFFLINE, "item")),
                Element.of(OFFLINE, "offline").with(Element.of(OFFLINE, "item").withAttribute("action", "view")),
                items("read", Nodes.of(1)),
                view(1).with(remove(1).children().get(0)),
                view(1).with(Element.of(OFFLINE, "fetch")),
                FETCH.with(Element.of(OFFLINE, "purge")),
                Element.of(OFFLINE, "offline").with(Element.of("urn:x", "fetch")));
        for (Element request : wrong) {
            assertEquals("bad-request", error(offline.handle(set(null, request))));
        }
        assertEquals(1, spool.rows.size());
        assertTrue(spool.sent.isEmpty());
    }

    @Test
    void whileTheStoreFailsTheClientIsToldToTryLater() throws Exception {
        spool.broken = true;
        WhiteboardIqRouter router = new WhiteboardIqRouter();
        router.bindHandler(offline, service(1, IqHandler.NAMESPACE, OFFLINE, IqHandler.ELEMENT, "offline"));
        router.bindHandler(info, service(2, IqHandler.NAMESPACE, Namespaces.DISCO_INFO, IqHandler.ELEMENT, "query"));
        router.bindHandler(items, service(3, IqHandler.NAMESPACE, Namespaces.DISCO_ITEMS, IqHandler.ELEMENT, "query"));
        for (Iq request : List.of(
                get(null, view(1)), set(null, remove(1)), get(null, FETCH), get(null, INFO), get(null, ITEMS))) {
            Iq answer = await(router.route(request));
            assertTrue(Iqs.errorElement(answer)
                    .child(Namespaces.STANZA_ERRORS, "resource-constraint")
                    .isPresent());
            assertEquals("wait", Iqs.errorElement(answer).attribute("type"));
        }
    }

    // ---- one after the other

    @Test
    void aSecondRequestFindsWhatTheFirstOneLeft() throws Exception {
        waiting(150);
        spool.slow = true;
        CompletionStage<Iq> fetched = offline.handle(get(null, FETCH));
        CompletionStage<Iq> purged = offline.handle(set(null, PURGE));
        spool.written(1);
        assertFalse(purged.toCompletableFuture().isDone());
        spool.written(2);
        result(fetched);
        result(purged);
        assertEquals(150, spool.sent.size());
        assertTrue(spool.rows.isEmpty());
    }

    private static Element view(long... ids) {
        return items("view", LongStream.of(ids).mapToObj(Nodes::of).toArray(String[]::new));
    }

    private static Element remove(long... ids) {
        return items("remove", LongStream.of(ids).mapToObj(Nodes::of).toArray(String[]::new));
    }

    private static Element items(String action, String... nodes) {
        Element.Builder payload = Element.builder(OFFLINE, "offline");
        for (String node : nodes) {
            payload.child(Element.builder(OFFLINE, "item")
                    .attribute("action", action)
                    .attribute("node", node)
                    .build());
        }
        return payload.build();
    }
}
