package im.restante.stanza;

import static im.restante.xml.Namespaces.CLIENT;
import static im.restante.xml.Namespaces.STANZA_ERRORS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StanzaTest {
    private static final Jid JULIET = Jid.of("juliet@localhost/balcony");
    private static final Jid ROMEO = Jid.of("romeo@localhost");

    @Test
    void viewsTheThreeStanzasOfTheClientNamespaceOnly() {
        assertTrue(Stanza.of(Element.of(CLIENT, "message")).orElseThrow() instanceof Message);
        assertTrue(Stanza.of(Element.of(CLIENT, "presence")).orElseThrow() instanceof Presence);
        assertTrue(Stanza.of(Element.of(CLIENT, "iq")).orElseThrow() instanceof Iq);
        assertTrue(Stanza.of(Element.of(CLIENT, "body")).isEmpty());
        assertTrue(Stanza.of(Element.of("jabber:server", "message")).isEmpty());
    }

    @Test
    void readsAddressesPreparedAndIdAsItStands() {
        Message message = Message.of(Element.builder(CLIENT, "message")
                .attribute("from", "Juliet@LOCALHOST/balcony")
                .attribute("id", " 1 ")
                .build());
        assertEquals(JULIET, message.from());
        assertNull(message.to());
        assertEquals(" 1 ", message.id());
        assertNull(Message.of(Element.of(CLIENT, "message")).id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "presence", "iq"})
    void refusesAnAddressThatIsNone(String name) {
        Element element = Element.builder(CLIENT, name).attribute("to", "a b@x").build();
        assertThrows(InvalidJidException.class, () -> Stanza.of(element));
    }

    @ParameterizedTest
    @CsvSource({
        ", NORMAL",
        "normal, NORMAL",
        "chat, CHAT",
        "groupchat, GROUPCHAT",
        "headline, HEADLINE",
        "error, ERROR",
        "CHAT, NORMAL",
        "'', NORMAL",
        "other, NORMAL"
    })
    void takesAMessageOfUnknownTypeAsNormal(String type, Message.Type expected) {
        assertEquals(expected, Message.of(element("message", type)).type());
    }

    @ParameterizedTest
    @CsvSource({", ", "get, GET", "set, SET", "result, RESULT", "error, ERROR", "Get, ", "other, "})
    void leavesAnIqOfUnknownTypeWithoutOne(String type, Iq.Type expected) {
        Iq iq = Iq.of(element("iq", type));
        assertEquals(expected, iq.type());
        assertEquals(expected == Iq.Type.GET || expected == Iq.Type.SET, iq.isRequest());
    }

    @ParameterizedTest
    @CsvSource({
        ", AVAILABLE, false", "unavailable, UNAVAILABLE, false", "subscribe, SUBSCRIBE, true",
        "subscribed, SUBSCRIBED, true", "unsubscribe, UNSUBSCRIBE, true", "unsubscribed, UNSUBSCRIBED, true",
        "probe, PROBE, false", "error, ERROR, false"
    })
    void knowsPresenceTypes(String type, Presence.Type expected, boolean subscription) {
        assertEquals(expected, Presence.of(element("presence", type)).type());
        assertEquals(subscription, expected.isSubscription());
    }

    @Test
    void leavesAPresenceOfUnknownTypeWithoutOne() {
        assertNull(Presence.of(element("presence", "available")).type());
    }

    @Test
    void hasABodyOnlyIfThereIsTextInIt() {
        Message empty = Message.of(Element.of(CLIENT, "message"));
        assertFalse(empty.hasBody());
        assertFalse(empty.with(Element.of(CLIENT, "body")).hasBody());
        assertFalse(empty.with(Element.of("urn:x", "body", "x")).hasBody());
        assertTrue(empty.with(Element.of(CLIENT, "body", "x")).hasBody());
    }

    @Test
    void stampsAMessageWithThePreparedFormEvenIfTheSenderWroteAnother() {
        Message sent = Message.of(Element.builder(CLIENT, "message")
                .attribute("from", "JULIET@localhost/balcony")
                .attribute("to", "Romeo@localhost")
                .build());
        Message stamped = sent.addressed(JULIET, ROMEO);
        assertEquals("juliet@localhost/balcony", stamped.element().attribute("from"));
        assertEquals("romeo@localhost", stamped.element().attribute("to"));
        assertSame(stamped, stamped.addressed(JULIET, ROMEO));
        assertEquals(ROMEO, stamped.addressed(ROMEO, null).to());
        assertEquals("romeo@localhost", stamped.addressed(ROMEO, null).element().attribute("to"));
    }

    @Test
    void addressesIqAndPresenceKeepingTheRecipientIfNoneIsGiven() {
        Iq iq = Iq.of(element("iq", "get").withAttribute("to", "romeo@localhost"))
                .addressed(JULIET, null);
        assertEquals("juliet@localhost/balcony", iq.element().attribute("from"));
        assertEquals(ROMEO, iq.to());
        Presence presence = Presence.of(Element.of(CLIENT, "presence")).addressed(JULIET, ROMEO);
        assertEquals(JULIET, presence.from());
        assertEquals("romeo@localhost", presence.element().attribute("to"));
    }

    @Test
    void sendsAMessageBackWithItsChildrenFirstAndAddressesExchanged() {
        Message message = Message.of(Element.builder(CLIENT, "message")
                .attribute("from", JULIET.toString())
                .attribute("to", ROMEO.toString())
                .attribute("type", "chat")
                .attribute("id", "1")
                .child(Element.of(CLIENT, "body", "x"))
                .build());
        Message error = message.error(StanzaError.of(Condition.SERVICE_UNAVAILABLE, "full"));
        Element expected = Element.builder(CLIENT, "message")
                .attribute("from", ROMEO.toString())
                .attribute("to", JULIET.toString())
                .attribute("type", "error")
                .attribute("id", "1")
                .child(Element.of(CLIENT, "body", "x"))
                .child(Element.builder(CLIENT, "error")
                        .attribute("type", "cancel")
                        .attribute("code", "503")
                        .child(Element.of(STANZA_ERRORS, "service-unavailable"))
                        .child(Element.of(STANZA_ERRORS, "text", "full"))
                        .build())
                .build();
        assertEquals(expected, error.element());
        assertEquals(new Message(expected, ROMEO, JULIET, Message.Type.ERROR), error);
        assertThrows(IllegalStateException.class, () -> error.error(StanzaError.of(Condition.GONE)));
    }

    @Test
    void leavesOutAnAddressThatWasNotThere() {
        Message error = Message.of(element("message", "chat").withAttribute("from", JULIET.toString()))
                .error(StanzaError.of(Condition.BAD_REQUEST));
        assertNull(error.element().attribute("from"));
        assertEquals(JULIET.toString(), error.element().attribute("to"));
    }

    @Test
    void answersAnIq() {
        Iq get = Iq.of(Element.builder(CLIENT, "iq")
                .attribute("type", "get")
                .attribute("id", "7")
                .attribute("from", JULIET.toString())
                .attribute("to", ROMEO.toString())
                .child(Element.of("urn:q", "q"))
                .build());
        assertEquals("q", get.payload().orElseThrow().name());
        Iq result = get.result(Element.of("urn:q", "a"));
        assertEquals(Iq.Type.RESULT, result.type());
        assertEquals(Iq.of(result.element()), result);
        assertEquals("7", result.id());
        assertEquals(JULIET, result.to());
        assertTrue(get.result().payload().isEmpty());
        Iq error = get.error(StanzaError.of(Condition.ITEM_NOT_FOUND));
        assertEquals(Iq.of(error.element()), error);
        assertEquals(
                List.of("q", "error"),
                error.element().children().stream().map(Element::name).toList());
    }

    @Test
    void sendsAPresenceBack() {
        Presence error = Presence.of(element("presence", "subscribe")
                        .withAttribute("from", JULIET.toString())
                        .withAttribute("to", ROMEO.toString()))
                .error(StanzaError.of(Condition.REMOTE_SERVER_NOT_FOUND));
        assertEquals(Presence.of(error.element()), error);
        assertEquals(Presence.Type.ERROR, error.type());
        assertEquals(JULIET, error.to());
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void writesEveryConditionWithItsTypeAndNumber(Condition condition) {
        Element error = StanzaError.of(condition).toElement();
        assertEquals(condition.name().toLowerCase(Locale.ROOT).replace('_', '-'), condition.element());
        assertTrue(error.child(STANZA_ERRORS, condition.element()).isPresent());
        assertEquals(1, error.content().size());
        assertTrue(Set.of("auth", "cancel", "continue", "modify", "wait").contains(error.attribute("type")));
        assertEquals(3, error.attribute("code").length());
    }

    @Test
    void turnsAnErrorIntoOneWorthTryingAgain() {
        Element error =
                StanzaError.of(Condition.SERVICE_UNAVAILABLE, "x").later().toElement();
        assertEquals("wait", error.attribute("type"));
        assertEquals("x", error.child(STANZA_ERRORS, "text").orElseThrow().text());
    }

    @Test
    void theTextAndTheTypeOfAnErrorAreChangedOneByOne() {
        StanzaError error = StanzaError.of(Condition.GONE, "x");
        assertEquals(new StanzaError(Condition.GONE, StanzaError.Type.CANCEL, "y"), error.withText("y"));
        assertEquals(
                new StanzaError(Condition.GONE, StanzaError.Type.MODIFY, "x"), error.withType(StanzaError.Type.MODIFY));
        assertNull(error.withText(null).text());
    }

    private static Element element(String name, String type) {
        return Element.builder(CLIENT, name).attribute("type", type).build();
    }
}
