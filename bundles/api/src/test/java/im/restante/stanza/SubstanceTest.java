package im.restante.stanza;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import org.junit.jupiter.api.Test;

class SubstanceTest {
    private static Message message(Element... children) {
        Element.Builder message = Element.builder(Namespaces.CLIENT, "message");
        for (Element child : children) {
            message.text("\n").child(child);
        }
        return Message.of(message.build());
    }

    private static final Element COMPOSING = Element.of(Namespaces.CHAT_STATES, "composing");
    private static final Element THREAD = Element.of(Namespaces.CLIENT, "thread", "t1");

    @Test
    void whatNobodyHasHeardOfIsContent() {
        assertEquals(Substance.CONTENT, Substance.of(message(Element.of("urn:example:new", "thing"))));
        assertEquals(Substance.CONTENT, Substance.of(message(Element.of(Namespaces.CLIENT, "thing"))));
        assertEquals(Substance.CONTENT, Substance.of(message(COMPOSING, THREAD, Element.of("urn:example:new", "x"))));
    }

    @Test
    void aBodyAndASubjectAreContentIfThereIsSomethingInThem() {
        assertEquals(Substance.CONTENT, Substance.of(message(Element.of(Namespaces.CLIENT, "subject", "s"))));
        assertEquals(Substance.NOTHING, Substance.of(message(Element.of(Namespaces.CLIENT, "subject"))));
        assertEquals(Substance.NOTHING, Substance.of(message(Element.of(Namespaces.CLIENT, "body", ""))));
    }

    @Test
    void aSignalIsOneWithWhateverGoesAlong() {
        assertEquals(Substance.SIGNAL, Substance.of(message(THREAD, COMPOSING)));
        assertEquals(Substance.SIGNAL, Substance.of(message(Element.of(Namespaces.RECEIPTS, "request"))));
        assertEquals(
                Substance.SIGNAL,
                Substance.of(message(COMPOSING, Element.of("http://jabber.org/protocol/muc#user", "x"))));
    }

    @Test
    void anEmptyMessageIsNothing() {
        assertEquals(Substance.NOTHING, Substance.of(message()));
        assertEquals(Substance.NOTHING, Substance.of(message(THREAD, Element.of(Namespaces.HINTS, "store"))));
    }
}
