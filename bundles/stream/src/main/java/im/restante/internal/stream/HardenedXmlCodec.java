package im.restante.internal.stream;

import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.osgi.service.component.annotations.Component;

/** Bytes to elements by a hardened pull parser, and back by hand. Without state. */
@Component(service = XmlCodec.class)
public final class HardenedXmlCodec implements XmlCodec {
    /**
     * Above what any stream lets in, because the server adds to a stanza, and because the writer declares a namespace again
     * wherever it changes: what was accepted once must be readable for ever.
     */
    private static final int STORED_DEPTH = 1024;

    private static final int STORED_ATTRIBUTES = 256;
    private static final int STORED_NAMESPACES = 65_536;

    @Override
    public StanzaReader reader(InputStream in, StreamLimits limits) {
        return new ElementReader(in, limits);
    }

    @Override
    public byte[] serialize(Element element, String inScope) {
        return ElementWriter.bytes(element, inScope);
    }

    @Override
    public Element parse(byte[] utf8, String inScope) throws XmlStreamException {
        int bytes = Math.max(10_000, utf8.length + 1); // one more, to see the end
        StreamLimits limits = new StreamLimits(bytes, STORED_DEPTH, STORED_ATTRIBUTES, STORED_NAMESPACES);
        try {
            return ElementReader.single(new ByteArrayInputStream(utf8), limits, inScope);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
