package im.restante.internal.iq;

import static im.restante.internal.iq.Iqs.JULIET;
import static im.restante.internal.iq.Iqs.NOBODY;
import static im.restante.internal.iq.Iqs.ROMEO;
import static im.restante.internal.iq.Iqs.SERVER;
import static im.restante.internal.iq.Iqs.error;
import static im.restante.internal.iq.Iqs.get;
import static im.restante.internal.iq.Iqs.result;
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
import im.restante.xml.XmlCodec;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountHandlersTest {
    private static final Element NO_CARD = Element.of("vcard-temp", "vCard");
    private static final Element CARD = Element.builder("vcard-temp", "vCard")
            .attribute("version", "3.0")
            .child(Element.of("vcard-temp", "FN", "Romeo <Montague> & \"friends\""))
            .child(Element.builder("vcard-temp", "X")
                    .child(Element.of("urn:other", "y", "\u00e9\ud83d\ude00\n"))
                    .build())
            .build();
    private static final Element BOOKMARKS = Element.builder("storage:bookmarks", "storage")
            .child(Element.builder("storage:bookmarks", "conference")
                    .attribute("jid", "council@chat.montague.lit")
                    .build())
            .build();

    private final MemoryAccounts accounts = new MemoryAccounts();
    private final XmlCodec codec = new HardenedXmlCodec();
    private final HandlerThreads workers = new HandlerThreads();
    private final IqHandler vcard = new VCardHandler(accounts, codec, workers);
    private final IqHandler storage = new PrivateStorageHandler(accounts, codec, workers);
    private final IqHandler register = new RegisterHandler(accounts, workers);

    @BeforeEach
    void romeoAndJulietHaveAccounts() {
        accounts.passwords.put(ROMEO, "pencil");
        accounts.passwords.put(JULIET, "balcony");
    }

    // vcard-temp

    @Test
    void ownCardIsKeptAsItIs() throws Exception {
        assertEquals("item-not-found", error(vcard.handle(get(null, NO_CARD))));
        assertNull(result(vcard.handle(set(null, CARD))));
        assertEquals(CARD, result(vcard.handle(get(null, NO_CARD))));
        assertEquals(CARD, result(vcard.handle(get(ROMEO, NO_CARD))));
    }

    @Test
    void anotherCardIsShown() throws Exception {
        accounts.settings.put(JULIET + " vcard", Map.of("vCard", "<vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard>"));
        Element card = result(vcard.handle(get(JULIET, NO_CARD)));
        assertEquals("Juliet", card.child("vcard-temp", "FN").orElseThrow().text());
    }

    @Test
    void noCardAndNoAccountAreAnsweredAlike() throws Exception {
        Iq juliet = Iqs.await(vcard.handle(get(JULIET, NO_CARD)));
        Iq nobody = Iqs.await(vcard.handle(get(NOBODY, NO_CARD)));
        assertEquals(Iqs.errorElement(juliet), Iqs.errorElement(nobody));
        assertEquals("item-not-found", error(vcard.handle(get(NOBODY, NO_CARD))));
    }

    @Test
    void anotherCardCannotBeSet() throws Exception {
        assertEquals("forbidden", error(vcard.handle(set(JULIET, CARD))));
        assertEquals("forbidden", error(vcard.handle(set(NOBODY, CARD))));
        assertEquals("item-not-found", error(vcard.handle(get(JULIET, NO_CARD))));
    }

    @Test
    void aCardThatIsTooLargeIsRefusedAndTheOldOneStays() throws Exception {
        assertNull(result(vcard.handle(set(null, CARD))));
        Element large = NO_CARD.with(Element.of("vcard-temp", "DESC", "x".repeat(VCardHandler.MOST_BYTES)));
        assertEquals("policy-violation", error(vcard.handle(set(null, large))));
        assertEquals(CARD, result(vcard.handle(get(null, NO_CARD))));
    }

    @Test
    void aCardIsMeasuredInBytes() throws Exception {
        int characters = VCardHandler.MOST_BYTES / 3;
        Element fits = NO_CARD.with(Element.of("vcard-temp", "DESC", "\u20AC".repeat(characters - 100)));
        assertNull(result(vcard.handle(set(null, fits))));
        Element large = NO_CARD.with(Element.of("vcard-temp", "DESC", "\u20AC".repeat(characters + 1)));
        assertEquals("policy-violation", error(vcard.handle(set(null, large))));
        assertEquals(fits, result(vcard.handle(get(null, NO_CARD))));
    }

    // jabber:iq:private

    @Test
    void privateElementsAreKeptByNameAndNamespace() throws Exception {
        Element other = Element.of("storage:other", "storage", "x");
        assertNull(result(storage.handle(set(null, query(BOOKMARKS, other)))));
        assertEquals(query(BOOKMARKS), result(storage.handle(get(null, query(empty(BOOKMARKS))))));
        assertEquals(query(other), result(storage.handle(get(ROMEO, query(empty(other))))));
    }

    @Test
    void aPrivateElementThatWasNeverStoredIsAnsweredEmpty() throws Exception {
        assertEquals(query(empty(BOOKMARKS)), result(storage.handle(get(null, query(empty(BOOKMARKS))))));
    }

    @Test
    void storingAnEmptyElementRemovesIt() throws Exception {
        assertNull(result(storage.handle(set(null, query(BOOKMARKS)))));
        assertNull(result(storage.handle(set(null, query(empty(BOOKMARKS))))));
        assertEquals(query(empty(BOOKMARKS)), result(storage.handle(get(null, query(empty(BOOKMARKS))))));
        assertTrue(accounts.settings.get(ROMEO + " private").isEmpty());
    }

    @Test
    void privateElementsOfOthersAreForbidden() throws Exception {
        for (Jid other : new Jid[] {JULIET, NOBODY}) {
            assertEquals("forbidden", error(storage.handle(get(other, query(empty(BOOKMARKS))))));
            assertEquals("forbidden", error(storage.handle(set(other, query(BOOKMARKS)))));
        }
    }

    @Test
    void aPrivateQueryNamesWhatItWants() throws Exception {
        assertEquals("bad-request", error(storage.handle(get(null, query()))));
        assertEquals("bad-request", error(storage.handle(set(null, query()))));
        assertEquals("bad-request", error(storage.handle(get(null, query(BOOKMARKS, empty(BOOKMARKS))))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "jabber:client", "jabber:server", "jabber:iq:private", "jabber:iq:roster", "vcard-temp"})
    void reservedNamespacesAreNotStored(String namespace) throws Exception {
        assertEquals("not-acceptable", error(storage.handle(set(null, query(Element.of(namespace, "x", "y"))))));
        assertEquals("not-acceptable", error(storage.handle(get(null, query(Element.of(namespace, "x"))))));
    }

    @Test
    void privateStorageIsBoundedInNumberAndSize() throws Exception {
        for (int i = 0; i < PrivateStorageHandler.MOST_ELEMENTS; i++) {
            assertNull(result(storage.handle(set(null, query(Element.of("urn:x:" + i, "x", "y"))))));
        }
        assertEquals("policy-violation", error(storage.handle(set(null, query(Element.of("urn:new", "x", "y"))))));
        assertNull(result(storage.handle(set(null, query(Element.of("urn:x:0", "x", "changed"))))));
        Element large = Element.of("urn:x:1", "x", "y".repeat(PrivateStorageHandler.MOST_BYTES));
        assertEquals("policy-violation", error(storage.handle(set(null, query(large)))));
        Element longName = Element.of("urn:" + "n".repeat(200), "x", "y");
        assertEquals("not-acceptable", error(storage.handle(set(null, query(longName)))));
    }

    @Test
    void privateStorageIsMeasuredInBytes() throws Exception {
        String third = "\u20AC".repeat(PrivateStorageHandler.MOST_BYTES / 9);
        for (int i = 0; i < 2; i++) {
            assertNull(result(storage.handle(set(null, query(Element.of("urn:x:" + i, "x", third))))));
        }
        assertEquals("policy-violation", error(storage.handle(set(null, query(Element.of("urn:x:2", "x", third))))));
        assertEquals(2, accounts.settings.get(ROMEO + " private").size());
    }

    // jabber:iq:register

    @Test
    void theFormSaysWhoIsRegisteredAndNoPassword() throws Exception {
        Element form = result(register.handle(get(SERVER, registration())));
        assertTrue(form.child("jabber:iq:register", "registered").isPresent());
        assertEquals(
                "romeo",
                form.child("jabber:iq:register", "username").orElseThrow().text());
        assertEquals(
                "", form.child("jabber:iq:register", "password").orElseThrow().text());
    }

    @Test
    void ownPasswordIsChanged() throws Exception {
        assertNull(result(register.handle(set(SERVER, credentials("romeo", "eraser")))));
        assertNull(result(register.handle(set(null, credentials("ROMEO", "rubber")))));
        assertEquals("rubber", accounts.passwords.get(ROMEO));
    }

    @ParameterizedTest
    @ValueSource(strings = {"juliet", "nobody", "", "romeo@montague.lit", "a b"})
    void thePasswordOfNobodyElseIsChangedNorAnAccountMade(String username) throws Exception {
        assertEquals("not-allowed", error(register.handle(set(SERVER, credentials(username, "eraser")))));
        assertEquals(Map.of(ROMEO, "pencil", JULIET, "balcony"), accounts.passwords);
    }

    @Test
    void aPasswordThatIsNoneIsNotAcceptable() throws Exception {
        assertEquals("not-acceptable", error(register.handle(set(SERVER, credentials("romeo", "")))));
        assertEquals("pencil", accounts.passwords.get(ROMEO));
    }

    @Test
    void anIncompleteChangeIsABadRequest() throws Exception {
        assertEquals("bad-request", error(register.handle(set(SERVER, registration()))));
        assertEquals(
                "bad-request",
                error(register.handle(
                        set(SERVER, registration(Element.of("jabber:iq:register", "username", "romeo"))))));
    }

    @Test
    void ownAccountIsRemoved() throws Exception {
        Element remove = Element.of("jabber:iq:register", "remove");
        assertEquals(
                "bad-request",
                error(register.handle(set(SERVER, credentials("romeo", "pencil").with(remove)))));
        assertNull(result(register.handle(set(SERVER, registration(remove)))));
        assertFalse(accounts.passwords.containsKey(ROMEO));
        assertEquals("registration-required", error(register.handle(set(SERVER, registration(remove)))));
        assertEquals("registration-required", error(register.handle(set(SERVER, credentials("romeo", "eraser")))));
    }

    // all

    @Test
    void aStoreThatIsAwayIsATemporaryFailure() throws Exception {
        accounts.away = true;
        WhiteboardIqRouter router = new WhiteboardIqRouter();
        router.bindHandler(vcard, Iqs.service(1, IqHandler.NAMESPACE, "vcard-temp", IqHandler.ELEMENT, "vCard"));
        router.bindHandler(
                storage, Iqs.service(2, IqHandler.NAMESPACE, "jabber:iq:private", IqHandler.ELEMENT, "query"));
        router.bindHandler(
                register, Iqs.service(3, IqHandler.NAMESPACE, "jabber:iq:register", IqHandler.ELEMENT, "query"));
        assertEquals("resource-constraint", error(router.route(get(null, NO_CARD))));
        assertEquals("resource-constraint", error(router.route(set(null, CARD))));
        assertEquals("resource-constraint", error(router.route(get(null, query(BOOKMARKS)))));
        assertEquals("resource-constraint", error(router.route(set(null, query(BOOKMARKS)))));
        assertEquals("resource-constraint", error(router.route(set(null, credentials("romeo", "eraser")))));
    }

    @Test
    void writesOfOneAccountKeepTheirOrderAndOthersDoNotWait() throws Exception {
        InTurn inTurn = new InTurn(workers);
        StringBuffer seen = new StringBuffer();
        CompletableFuture<String> slow = new CompletableFuture<>();
        var first = inTurn.run(ROMEO, () -> slow.thenApply(seen::append));
        var second = inTurn.run(ROMEO, () -> CompletableFuture.completedFuture(seen.append("2")));
        var failing = inTurn.run(ROMEO, () -> {
            throw new IllegalStateException("broken on purpose");
        });
        var third = inTurn.run(ROMEO, () -> CompletableFuture.completedFuture(seen.append("3")));
        inTurn.run(JULIET, () -> CompletableFuture.completedFuture(seen.append("J")));
        assertEquals("J", seen.toString());
        slow.complete("1");
        third.toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertEquals("J123", seen.toString());
        assertTrue(first.toCompletableFuture().isDone()
                && second.toCompletableFuture().isDone());
        assertTrue(failing.toCompletableFuture().isCompletedExceptionally());
    }

    private static Element query(Element... children) {
        Element.Builder query = Element.builder("jabber:iq:private", "query");
        for (Element child : children) {
            query.child(child);
        }
        return query.build();
    }

    private static Element empty(Element element) {
        return Element.of(element.namespace(), element.name());
    }

    private static Element registration(Element... children) {
        Element.Builder query = Element.builder("jabber:iq:register", "query");
        for (Element child : children) {
            query.child(child);
        }
        return query.build();
    }

    private static Element credentials(String username, String password) {
        return registration(
                Element.of("jabber:iq:register", "username", username),
                Element.of("jabber:iq:register", "password", password));
    }
}
