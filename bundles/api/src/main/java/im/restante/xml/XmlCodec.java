package im.restante.xml;

import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/** Bytes to elements and back, hardened as RFC 6120 §11 asks. Safe for concurrent use; readers are not. */
@ProviderType
public interface XmlCodec {
    /** A reader of the stream in {@code in}, which it never closes. Reads no more than it needs plus a small buffer. */
    StanzaReader reader(InputStream in, StreamLimits limits);

    /**
     * UTF-8 of one element. Namespaces are declared where they change.
     *
     * @param inScope the default namespace at the place where the bytes will stand, e.g. {@code jabber:client}: an element in it
     *                declares nothing
     */
    byte[] serialize(Element element, String inScope);

    /**
     * Reads one element that {@link #serialize} wrote, or that a person or another program did.
     *
     * @param inScope the default namespace around it
     * @throws XmlStreamException if it is not exactly one element that a stream would let in
     */
    Element parse(byte[] utf8, String inScope) throws XmlStreamException;
}
