package im.restante.internal.roster;

import im.restante.account.Note;
import im.restante.internal.support.LogLimit;
import im.restante.jid.Jid;
import im.restante.stanza.Presence;
import im.restante.stanza.Presence.Type;
import im.restante.xml.Element;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Subscription stanzas as notes for the accounts they are for, and back: the text is the stanza as XML. */
final class StanzaNotes {
    private static final Logger LOG = LoggerFactory.getLogger(StanzaNotes.class);

    private final XmlCodec codec;
    private final LogLimit unreadable;

    StanzaNotes(XmlCodec codec, LongSupplier nanos) {
        this.codec = codec;
        unreadable = LogLimit.perMinute(nanos);
    }

    /** A stanza that may carry more than its type. */
    Note note(Jid from, Jid to, Element stanza) {
        return new Note(from, to, new String(codec.serialize(stanza, ""), StandardCharsets.UTF_8));
    }

    Note note(Jid from, Jid to, Type type) {
        return note(from, to, Subscriptions.stanza(type, from, to));
    }

    /** The stanza; null if it is none, and then that is logged. */
    Presence stanza(Note note) {
        try {
            Presence presence = Presence.of(codec.parse(note.text().getBytes(StandardCharsets.UTF_8), ""));
            if (presence.type() != null && presence.type().isSubscription()) {
                return presence;
            }
        } catch (XmlStreamException | IllegalArgumentException e) {
            LOG.debug("reading a note", e);
        }
        if (unreadable.isDue()) {
            LOG.error(
                    "what a change of {} owes {} is no subscription stanza; it is left out{}",
                    note.from(),
                    note.to(),
                    unreadable.more());
        }
        return null;
    }
}
