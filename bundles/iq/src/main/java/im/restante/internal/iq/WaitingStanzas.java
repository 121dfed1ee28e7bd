package im.restante.internal.iq;

import im.restante.internal.support.LogLimit;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stanzas of messages that wait. */
final class WaitingStanzas {
    private static final Logger LOG = LoggerFactory.getLogger(WaitingStanzas.class);

    private final XmlCodec codec;
    private final LogLimit unreadable = LogLimit.perMinute(System::nanoTime);

    WaitingStanzas(XmlCodec codec) {
        this.codec = codec;
    }

    /** Empty, and said in the log, if it cannot be read back. */
    Optional<Element> read(StoredMessage row) {
        try {
            return Optional.of(codec.parse(row.stanza(), Namespaces.CLIENT));
        } catch (XmlStreamException e) {
            if (unreadable.isDue()) {
                LOG.error("message {} for {} cannot be read back{}", row.id(), row.owner(), unreadable.more());
            }
            return Optional.empty();
        }
    }
}
