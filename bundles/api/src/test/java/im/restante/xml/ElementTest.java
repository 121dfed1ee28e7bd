package im.restante.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementTest {
    private final Element body = Element.of("jabber:client", "body", "hello");
    private final Element message = Element.builder("jabber:client", "message")
            .attribute("to", "romeo@localhost")
            .attribute(Namespaces.XML, "lang", "en")
            .attribute("absent", null)
            .text("before")
            .child(body)
            .text("after")
            .child(Element.of("urn:x", "body"))
            .build();

    @Test
    void findsAttributesByNamespaceAndName() {
        assertEquals("romeo@localhost", message.attribute("to"));
        assertEquals("en", message.attribute(Namespaces.XML, "lang"));
        assertNull(message.attribute("lang"));
        assertNull(message.attribute("absent"));
        assertEquals(2, message.attributes().size());
    }

    @Test
    void findsChildrenByNamespaceAndName() {
        assertEquals(Optional.of(body), message.child("jabber:client", "body"));
        assertTrue(message.child("urn:x", "body").isPresent());
        assertTrue(message.child("urn:y", "body").isEmpty());
        assertEquals(2, message.children().size());
        assertEquals(Optional.of(body), message.firstChild());
        assertTrue(body.firstChild().isEmpty());
    }

    @Test
    void joinsItsOwnTextOnly() {
        assertEquals("beforeafter", message.text());
        assertEquals("hello", body.text());
        assertEquals("", Element.of("", "a").text());
    }

    @Test
    void keepsItselfWhenAChangedCopyIsMade() {
        Element changed =
                message.withAttribute("to", "x").withAttribute("from", "y").with(Element.of("urn:z", "z"));
        assertEquals("romeo@localhost", message.attribute("to"));
        assertNull(message.attribute("from"));
        assertEquals(4, message.content().size());
        assertEquals(
                List.of("to", "lang", "from"),
                changed.attributes().stream().map(Attribute::name).toList());
        assertEquals(5, changed.content().size());
        assertSame(message.content().get(1), changed.content().get(1));
    }

    @Test
    void removesAnAttributeSetToNull() {
        assertNull(message.withAttribute("to", null).attribute("to"));
        assertEquals(message, message.withAttribute("none", null));
        assertEquals("en", message.withAttribute("lang", null).attribute(Namespaces.XML, "lang"));
    }

    @Test
    void leavesOutTheUnwantedChildrenAndKeepsText() {
        Element rest = message.without(e -> e.is("jabber:client", "body"));
        assertEquals("beforeafter", rest.text());
        assertEquals(1, rest.children().size());
        assertSame(message, message.without(e -> false));
    }

    @Test
    void cannotBeChangedThroughAList() {
        List<Attribute> attributes = new ArrayList<>(List.of(new Attribute("", "a", "1")));
        List<Node> content = new ArrayList<>(List.of(new Text("x")));
        Element element = Element.of("", "e", attributes, content);
        attributes.clear();
        content.clear();
        assertEquals("1", element.attribute("a"));
        assertEquals("x", element.text());
        assertThrows(
                UnsupportedOperationException.class, () -> element.content().clear());
        assertThrows(
                UnsupportedOperationException.class, () -> message.attributes().clear());
    }

    @Test
    void equalsByNameNamespaceAttributesAndContent() {
        Element same = Element.builder("jabber:client", "body").text("hello").build();
        assertEquals(body, same);
        assertEquals(body.hashCode(), same.hashCode());
        assertNotEquals(body, Element.of("", "body", "hello"));
        assertNotEquals(body, Element.of("jabber:client", "bodies", "hello"));
        assertNotEquals(body, Element.of("jabber:client", "body", "bye"));
        assertNotEquals(body, body.withAttribute("a", "1"));
    }

    @Test
    void showsNeitherTextNorAttributesInALog() {
        String shown = message.toString();
        assertEquals("<message xmlns='jabber:client'>", shown);
        assertFalse(body.toString().contains("hello"));
    }

    /** As an element's, and as an attribute's: what is made by code can always be written. */
    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "-a", "a b", "a:b", "a>", "a/", "\ud83d\u0020", "a\n", "\u00d7"})
    void aNameThatIsNoneIsRefusedWhereItIsGiven(String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> Element.of("", name))
                .getMessage();
        assertTrue(message.startsWith("not an XML name") && message.lines().count() == 1, message);
        assertThrows(IllegalArgumentException.class, () -> Element.of("", name, "text"));
        assertThrows(IllegalArgumentException.class, () -> Element.of("", name, List.of(), List.of()));
        Element.Builder builder = Element.builder("", name);
        assertThrows(IllegalArgumentException.class, builder::build);
        Element element = Element.of("", "a");
        assertThrows(IllegalArgumentException.class, () -> element.withAttribute(name, "x"));
        Element.Builder other = Element.builder("", "a");
        assertThrows(IllegalArgumentException.class, () -> other.attribute(name, "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "_", "a-b.c_1", "\u00e9t\u00e9", "\u4e2d\u6587"})
    void aNameMayHoldMoreThanLetters(String name) {
        assertEquals(name, Element.of("", name).name());
    }
}
