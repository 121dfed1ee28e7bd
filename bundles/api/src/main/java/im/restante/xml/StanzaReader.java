package im.restante.xml;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reads one XML stream: a header, then elements at depth 2. One thread. After a stream restart (STARTTLS, SASL) a new reader is
 * made; the old one's {@link #buffered()} tells whether the other side sent something it must not have sent yet.
 */
@ProviderType
public interface StanzaReader extends AutoCloseable {
    /**
     * Waits for the stream's opening tag.
     *
     * @throws XmlStreamException if it is not well-formed, restricted or too large
     * @throws IOException        if the connection fails or ends
     */
    StreamHeader header() throws IOException, XmlStreamException;

    /**
     * Waits for the next element, skipping white space between stanzas. What it takes of the budget is given back by the next
     * call, or by {@link #close()}. It declares every prefix it uses: one that only the stream's header declares is refused,
     * except those of the stream's and the content's own namespaces, which are then declared in the stanza.
     *
     * @return null at the closing {@code </stream:stream>}
     * @throws XmlStreamException if it is not well-formed, restricted or too large; this reader is then of no further use
     * @throws IOException        if the connection fails or ends without the closing tag
     */
    @Nullable
    Element next() throws IOException, XmlStreamException;

    /** Whether bytes behind the last element returned, other than white space, have been read already. */
    boolean buffered();

    /** Gives the budget back what it holds, and is of no further use. Leaves the input alone. May be called again. */
    @Override
    void close();
}
