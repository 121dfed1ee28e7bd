package im.restante.xml;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reads one XML stream: a header, then elements at depth 2. One thread. After a stream restart (STARTTLS, SASL) a new reader is
 * made; the old one's {@link #buffered()} tells whether the other side sent something it must not have sent yet.
 */
@ProviderType
public interface StanzaReader {
    /**
     * Waits for the stream's opening tag.
     *
     * @throws XmlStreamException if it is not well-formed, restricted or too large
     * @throws IOException        if the connection fails or ends
     */
    StreamHeader header() throws IOException, XmlStreamException;

    /**
     * Waits for the next element, skipping white space between stanzas.
     *
     * @return null at the closing {@code </stream:stream>}
     * @throws XmlStreamException if it is not well-formed, restricted or too large; this reader is then of no further use
     * @throws IOException        if the connection fails or ends without the closing tag
     */
    Element next() throws IOException, XmlStreamException;

    /** Whether bytes behind the last element returned have been read already. */
    boolean buffered();
}
