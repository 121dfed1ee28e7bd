package im.restante.internal.session.owner;

import im.restante.delivery.Judgement;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A message with its place in the order, on its way into the spool. */
final class Append {
    final Parcel parcel;
    final Arrival arrival;

    /** It counts as handed over at once: by the journal, or because others than the one it waits for have it. */
    private final boolean live;

    /** Its rules do not let it be stored; what is wanted is the verdict it would get. */
    final boolean rehearsal;

    final CompletableFuture<Verdict> verdict = new CompletableFuture<>();

    /** Who was offered it live. */
    List<Recipient> has = List.of();

    /** Whatever the quota. */
    boolean unlimited;

    /** It goes on from memory when it is committed; see {@link Drain#follow}. */
    boolean fresh;

    boolean decided;
    boolean committed;
    private final Jid domain;
    private final byte[] stanzaId;

    Append(Parcel parcel, Arrival arrival, byte[] stanzaId, Jid domain, boolean live, boolean rehearsal) {
        this.parcel = parcel;
        this.arrival = arrival;
        this.stanzaId = stanzaId;
        this.domain = domain;
        this.live = live;
        this.rehearsal = rehearsal;
    }

    long id() {
        return arrival.id();
    }

    Outbound live() {
        return new Outbound(Tail.with(parcel.xml(), stanzaId), arrival);
    }

    StoredMessage row() {
        return delayed(live ? MessageKind.JOURNAL : MessageKind.OFFLINE);
    }

    StoredMessage delayed(MessageKind kind) {
        return row(Tail.with(parcel.xml(), stanzaId, Tail.delay(arrival.receivedAt(), domain)), kind);
    }

    /** The same, handed over at once: there is no delay to tell. */
    StoredMessage freshRow() {
        return row(Tail.with(parcel.xml(), stanzaId), MessageKind.JOURNAL);
    }

    private StoredMessage row(byte[] xml, MessageKind kind) {
        return new StoredMessage(id(), arrival.owner(), arrival.sender(), arrival.receivedAt(), null, kind, xml);
    }

    int bytes() {
        return parcel.xml().length;
    }

    Judgement.Keep keep() {
        return unlimited ? parcel.keep().withoutLimit() : parcel.keep();
    }
}
