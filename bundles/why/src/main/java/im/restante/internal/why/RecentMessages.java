package im.restante.internal.why;

import im.restante.config.SettingsListener;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.HistoryEntry.Kind;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.store.StoredMessage;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Remembers in three rings: what was delivered live, what went through the spool, and what was not delivered at all, so that much
 * of one does not wash the others away.
 */
@Component(
        service = {MessageListener.class, SettingsListener.class, RecentMessages.class},
        immediate = true)
public final class RecentMessages implements MessageListener, SettingsListener {
    static final int PLACES = 8_192;

    private static final String[] SESSIONS = {"no session", "1 session", "2 sessions", "3 sessions", "4 sessions"};

    private final Clock clock;
    private final XmlCodec codec;
    private final Revisions revisions;
    private final Instant since;
    private final Ring delivered = new Ring(PLACES);
    private final Ring spooled = new Ring(PLACES);
    private final Ring lost = new Ring(PLACES);

    @Activate
    public RecentMessages(@Reference XmlCodec codec, @Reference Revisions revisions) {
        this(codec, revisions, Clock.systemUTC());
    }

    RecentMessages(XmlCodec codec, Revisions revisions, Clock clock) {
        this.codec = codec;
        this.revisions = revisions;
        this.clock = clock;
        this.since = Instant.ofEpochMilli(clock.millis());
    }

    @Override
    public void decided(MessageEvent event) {
        Jid owner = event.owner();
        Jid sender = event.sender();
        String messageId = event.message().id();
        long arrivalId = event.arrivalId().orElse(0);
        Verdict verdict = event.verdict();
        if (verdict instanceof Verdict.Delivered live) {
            add(delivered, owner, sender, messageId, arrivalId, List.of(), Kind.DELIVERED, sessions(live.sessions()));
        } else if (verdict instanceof Verdict.Stored stored) {
            add(spooled, owner, sender, messageId, arrivalId, List.of(), Kind.STORED, stored.rule());
        } else if (verdict instanceof Verdict.Skipped skipped) {
            add(lost, owner, sender, messageId, arrivalId, List.of(), Kind.SKIPPED, skipped.reason());
        } else if (verdict instanceof Verdict.Refused refused) {
            add(lost, owner, sender, messageId, arrivalId, List.of(), Kind.REFUSED, refused.reason());
        } else if (verdict instanceof Verdict.Dropped dropped) {
            add(lost, owner, sender, messageId, arrivalId, List.of(), Kind.DROPPED, dropped.reason());
        } else if (verdict instanceof Verdict.Failed failed) {
            add(lost, owner, sender, messageId, arrivalId, List.of(), Kind.FAILED, failed.reason());
        }
    }

    private static String sessions(int count) {
        return count < SESSIONS.length ? SESSIONS[count] : count + " sessions";
    }

    @Override
    public void disposed(Jid owner, Collection<Long> ids, Disposition disposition, String how) {
        List<Long> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += Entry.MOST_IDS) {
            List<Long> some = all.subList(from, Math.min(from + Entry.MOST_IDS, all.size()));
            add(ring(disposition), owner, null, null, 0, some, kind(disposition), how);
        }
    }

    @Override
    public void disposed(Collection<StoredMessage> rows, Disposition disposition, String how) {
        for (StoredMessage row : rows) {
            String received = "received " + row.receivedAt();
            add(
                    ring(disposition),
                    row.owner(),
                    row.sender(),
                    messageId(row),
                    row.id(),
                    List.of(),
                    kind(disposition),
                    how == null ? received : received + "; " + how);
        }
    }

    @Override
    public void inForce(String reader, String pid, String values) {
        revisions.inForce(reader, pid, cut(values));
    }

    private String messageId(StoredMessage row) {
        try {
            return codec.parse(row.stanza(), Namespaces.CLIENT).attribute("id");
        } catch (XmlStreamException e) {
            return null; // it is gone anyway, and the rest is known
        }
    }

    private Ring ring(Disposition disposition) {
        return disposition == Disposition.PROVED || disposition == Disposition.RETURNED ? spooled : lost;
    }

    private static Kind kind(Disposition disposition) {
        return Kind.valueOf(disposition.name());
    }

    private void add(
            Ring ring, Jid owner, Jid sender, String messageId, long id, List<Long> several, Kind kind, String reason) {
        String from = sender == null ? null : sender.toString();
        Entry timeless = new Entry(0, owner.toString(), from, cut(messageId), id, several, kind, cut(reason), 0);
        long place = ring.claim(timeless.owner(), Ring.places(Packed.characters(timeless)));
        ring.put(place, timeless.at(clock.millis(), revisions.current().number()));
    }

    /** As much of a text as is kept. */
    static String cut(String text) {
        return text == null || text.length() <= Entry.MOST_CHARACTERS ? text : text.substring(0, Entry.MOST_CHARACTERS);
    }

    /** Shows all entries, each with its place; those of one ring and owner oldest first. */
    void forEach(BiConsumer<Place, Entry> reader) {
        List<Ring> rings = List.of(delivered, spooled, lost);
        for (int i = 0; i < rings.size(); i++) {
            int number = i;
            rings.get(i)
                    .forEach((stripe, place, entry) ->
                            reader.accept(new Place(entry.millis(), number, stripe, place), entry));
        }
    }

    /**
     * Since when everything is still known.
     *
     * @param delivered what was delivered live
     * @param spooled   what was stored, and left the spool to its recipient
     * @param lost      what was not stored or not delivered
     */
    record Reach(Instant delivered, Instant spooled, Instant lost) {}

    /** @param ownerOrNull for one owner; null for everybody */
    Reach reach(Jid ownerOrNull) {
        return new Reach(reach(delivered, ownerOrNull), reach(spooled, ownerOrNull), reach(lost, ownerOrNull));
    }

    private Instant reach(Ring ring, Jid ownerOrNull) {
        long forgotten = ownerOrNull == null ? ring.reachesBackTo() : ring.reachesBackTo(ownerOrNull.toString());
        return forgotten == 0 ? since : Instant.ofEpochMilli(forgotten);
    }
}
