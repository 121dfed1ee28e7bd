package im.restante.internal.stream;

import im.restante.xml.Element;
import im.restante.xml.HeapBudget;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.InputStream;
import org.osgi.service.component.annotations.Component;

/** Bytes to elements by a hardened pull parser, and back by hand. Without state. */
@Component(service = XmlCodec.class)
public final class HardenedXmlCodec implements XmlCodec {
    /**
     * Above what any stream lets in, because the server adds to a stanza, and because earlier versions declared a namespace again
     * wherever it changed: what was accepted once must be readable for ever.
     */
    private static final StreamLimits STORED =
            new StreamLimits(Integer.MAX_VALUE, 1024, 256, 65_536, Integer.MAX_VALUE);

    @Override
    public StanzaReader reader(InputStream in, StreamLimits limits, HeapBudget budget) {
        return new ElementReader(in, limits, budget);
    }

    @Override
    public byte[] serialize(Element element, String inScope) {
        return ElementWriter.bytes(element, inScope);
    }

    @Override
    public Element parse(byte[] utf8, String inScope) throws XmlStreamException {
        return ElementReader.single(utf8, STORED, inScope);
    }
}
