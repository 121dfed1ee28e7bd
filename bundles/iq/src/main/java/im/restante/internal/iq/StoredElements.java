package im.restante.internal.iq;

import im.restante.xml.Element;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.nio.charset.StandardCharsets;

/** Elements as text in the settings of an account. */
final class StoredElements {
    private final XmlCodec codec;

    StoredElements(XmlCodec codec) {
        this.codec = codec;
    }

    /** The text of an element, complete in itself. */
    String text(Element element) {
        return new String(codec.serialize(element, ""), StandardCharsets.UTF_8);
    }

    /** What a text takes of a store: its bytes in UTF-8. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** @throws IllegalStateException if the text is not an element: another program wrote it */
    Element element(String text) {
        try {
            return codec.parse(text.getBytes(StandardCharsets.UTF_8), "");
        } catch (XmlStreamException e) {
            throw new IllegalStateException(
                    "what is stored is not an element: " + e.condition().element(), e);
        }
    }
}
