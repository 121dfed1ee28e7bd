package im.restante.internal.spool.core;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.spool.Envelope;
import im.restante.spool.Recipient;
import im.restante.store.Claim;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A storable message between its arrival and its verdict. Changed by the core only, except for {@link #verdict}. */
public final class Incoming {
    private final Envelope envelope;
    private final Recipient only;
    private final Claim claim = new Claim();
    private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();

    // set on arrival
    private Arrival arrival;
    private byte[] stanzaId;
    private Jid domain;

    /** Its row is of kind {@code JOURNAL}: another session has the message, or gets it from memory once it is committed. */
    private boolean live;

    /** Its rules forbid storing it: the store is asked for the verdict it would have got. */
    private boolean rehearsal;

    /** It came while the journal followed: its row goes out from memory. */
    boolean journalled;

    /** No limit of the pair applies, since the owner is present. */
    boolean unlimited;

    /** Sessions that were offered it live. */
    List<Recipient> has = List.of();

    /** A session was offered it live and did not take it: that it is there does not mean that it has it. */
    boolean refused;

    /** Its row was read, handed over and proved before the store had answered. */
    boolean proved;

    /** The store has answered, or the message was withdrawn. */
    boolean decided;

    boolean committed;

    /** Its sender knows the verdict. */
    boolean concluded;

    /** @param only the one session it is for; null for all of the account */
    public Incoming(Envelope envelope, Recipient only) {
        this.envelope = envelope;
        this.only = only;
    }

    /** Gives it its place in the order. Called once, before the core sees it. */
    public void arrive(Arrival place, byte[] id, Jid server) {
        arrival = place;
        stanzaId = id;
        domain = server;
    }

    public Envelope envelope() {
        return envelope;
    }

    public Recipient only() {
        return only;
    }

    /** Decides between the store that begins to write the message and the deadline. */
    public Claim claim() {
        return claim;
    }

    /** Completes when the verdict is final. */
    public CompletableFuture<Verdict> verdict() {
        return verdict;
    }

    public Arrival arrival() {
        return arrival;
    }

    public long id() {
        return arrival.id();
    }

    /** Those that were offered it, and this one. */
    List<Recipient> hadBy(Recipient last) {
        List<Recipient> all = new ArrayList<>(has);
        all.add(last);
        return all;
    }

    public boolean rehearsal() {
        return rehearsal;
    }

    int bytes() {
        return envelope.xml().length;
    }

    /** On its way into the spool. @param handedOver whether a session has it at once, so that its rules count as followed */
    void toStore(boolean handedOver) {
        live = handedOver;
        rehearsal = !handedOver && !envelope.mayBeStored();
    }

    /** As a session gets it live. */
    public Outbound outbound() {
        return new Outbound(Tail.with(envelope.xml(), stanzaId), arrival);
    }

    /** As a store keeps it. */
    public StoredMessage row() {
        return delayed(live ? MessageKind.JOURNAL : MessageKind.OFFLINE);
    }

    /** As a row with the stamp of its arrival (XEP-0203). */
    public StoredMessage delayed(MessageKind kind) {
        return row(Tail.with(envelope.xml(), stanzaId, Tail.delay(arrival.receivedAt(), domain)), kind);
    }

    /** As a row that goes out at once: there is no delay to tell of. */
    StoredMessage fresh() {
        return row(Tail.with(envelope.xml(), stanzaId), MessageKind.JOURNAL);
    }

    private StoredMessage row(byte[] xml, MessageKind kind) {
        return StoredMessage.of(id(), arrival.owner(), arrival.sender(), arrival.receivedAt(), xml)
                .withKind(kind);
    }

    /** Why and on what terms it is stored. */
    public StorageDecision.Keep keep() {
        return unlimited ? envelope.keep().withoutLimit() : envelope.keep();
    }
}
