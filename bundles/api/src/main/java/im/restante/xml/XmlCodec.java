package im.restante.xml;

import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/** Bytes to elements and back, hardened as RFC 6120 §11 asks. Safe for concurrent use; readers are not. */
@ProviderType
public interface XmlCodec {
    /** A reader of the stream in {@code in}, which it never closes. Reads no more than it needs plus a small buffer. */
    default StanzaReader reader(InputStream in, StreamLimits limits) {
        return reader(in, limits, HeapBudget.UNLIMITED);
    }

    /** The same, with a bound on what its stanzas take of the heap. */
    StanzaReader reader(InputStream in, StreamLimits limits, HeapBudget budget);

    /**
     * UTF-8 of one element. What was read is written in the bytes in which it came, its changes spliced in, so it says the same
     * to everybody and is not longer than it was but for what was added; what code made is declared where namespaces change. An
     * element that was taken out of its surroundings gets the declarations that were in force there.
     *
     * @param inScope the default namespace at the place where the bytes will stand, e.g. {@code jabber:client}: an element in it
     *                declares nothing
     */
    byte[] serialize(Element element, String inScope);

    /**
     * Reads one element that {@link #serialize} wrote, or that a person or another program did.
     *
     * @param utf8    kept by the element; must not be changed any more
     * @param inScope the default namespace around it
     * @throws XmlStreamException if it is not exactly one element that a stream would let in
     */
    Element parse(byte[] utf8, String inScope) throws XmlStreamException;
}
