package im.restante.internal.session.owner;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.amp.MessageRules;
import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.why.Witness;
import im.restante.xml.XmlCodec;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/** The spool states of all owners who have a session or something in the balance. Safe for concurrent use. */
public final class Owners {
    private static final int STRIPES = 64;
    private static final int SWEEP_EVERY = 1024;

    final Jid domain;
    final Clock clock;
    final ArrivalIds ids;
    final Workers workers;
    final XmlCodec codec;
    final Dynamic<Delivery> delivery;
    final Blocks blocks;
    final Supplier<MessageRules> rules;
    final Unstored unstored = new Unstored();
    private final ConcurrentHashMap<Jid, Owner> owners = new ConcurrentHashMap<>();
    private final Stripe[] stripes = new Stripe[STRIPES];
    private final AtomicInteger made = new AtomicInteger();
    private volatile SpoolSettings settings;
    private volatile byte[] stanzaIdKey;
    private volatile Witness witness = Witness.NONE;

    /**
     * @param rules who reads the rules of messages; null: nobody
     */
    public Owners(
            Jid domain,
            Clock clock,
            ArrivalIds ids,
            Workers workers,
            XmlCodec codec,
            Dynamic<Delivery> delivery,
            Blocks blocks,
            Supplier<MessageRules> rules,
            SpoolSettings settings) {
        this.domain = domain;
        this.clock = clock;
        this.ids = ids;
        this.workers = workers;
        this.codec = codec;
        this.delivery = delivery;
        this.blocks = blocks;
        this.rules = rules;
        this.settings = settings;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** Takes effect for the next message and the next page. */
    public void settings(SpoolSettings changed) {
        settings = changed;
        workers.execute(() -> owners.values().forEach(Owner::reconsider));
    }

    public SpoolSettings settings() {
        return settings;
    }

    /** The server key of stanza-ids. Must be set before the first message. */
    public void stanzaIdKey(byte[] key) {
        stanzaIdKey = key;
    }

    byte[] stanzaIdKey() {
        return stanzaIdKey;
    }

    /** The stanza-id of a message by its arrival id; null while the server key is not known. */
    public String stanzaId(Jid owner, long arrivalId) {
        byte[] key = stanzaIdKey;
        return key == null ? null : new Stripe().stanzaId(key, owner.toString().getBytes(UTF_8), arrivalId);
    }

    /** Who is told what becomes of messages from here on. */
    public void witness(Witness present) {
        witness = present;
    }

    public Witness witness() {
        return witness;
    }

    /** The owner's state while there is one; null for somebody who is away and for whom nothing is under way. */
    public Owner find(Jid owner) {
        return owners.get(owner);
    }

    /** Whether nothing is remembered of an owner, or can be forgotten at once. */
    public boolean isForgotten(Jid owner) {
        Owner known = owners.get(owner);
        return known == null || known.retire();
    }

    /** The owner's state, kept until {@link Owner#unpin}. */
    public Owner pin(Jid owner) {
        return with(owner, o -> o.pin() ? o : null);
    }

    /**
     * Takes a storable message for an account: to all its sessions of non-negative priority, or into the spool.
     *
     * @param only the one session the message is for; null for the account
     * @return completes with the final verdict; completed already if a session has it
     */
    public CompletionStage<Verdict> deliver(Jid owner, Parcel parcel, Recipient only) {
        return with(owner, o -> o.deliver(parcel, only));
    }

    /** A message of the server's own as a row of its recipient's spool, with the next id; see {@link im.restante.session.Spools}. */
    public StoredMessage notice(Jid owner, Parcel parcel) {
        return with(owner, o -> o.notice(parcel));
    }

    /** As precise as a row. */
    public Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    /** See {@link im.restante.session.Spools#isOnItsWay}. */
    public boolean isOnItsWay(Jid owner, long id) {
        Owner state = owners.get(owner);
        return state != null && state.isOnItsWay(id);
    }

    /** See {@link im.restante.session.Spools#arrived(Jid)}. */
    public void arrived(Jid owner) {
        Owner state = owners.get(owner);
        if (state != null) { // else nobody is there
            state.arrived();
        }
    }

    /** See {@link im.restante.session.Spools#arrived()}. */
    public void arrived() {
        workers.execute(() -> owners.values().forEach(Owner::arrived));
    }

    /** Asks an owner's state until one answers: a null says that it was given up in this very moment. */
    public <T> T with(Jid jid, Function<Owner, T> question) {
        while (true) {
            Owner owner = owners.get(jid);
            if (owner == null) {
                if (made.incrementAndGet() % SWEEP_EVERY == 0) {
                    sweep();
                }
                owner = owners.computeIfAbsent(jid, j -> new Owner(new Spool(j, this, stripeOf(j)), this));
            }
            T answer = question.apply(owner);
            if (answer != null) {
                return answer;
            }
            owners.remove(jid, owner);
        }
    }

    /** Asks the delivery, waiting for one that is being replaced. */
    <T> CompletionStage<T> ask(Function<Delivery, CompletionStage<T>> question) {
        Delivery now = delivery.now();
        CompletionStage<Delivery> service =
                now != null ? CompletableFuture.completedFuture(now) : delivery.await(settings.swapTimeout());
        return service.thenCompose(present -> {
            if (present == null) {
                return CompletableFuture.failedFuture(new StoreException("the delivery bundle is not there"));
            }
            return question.apply(present);
        });
    }

    /** Messages that came back from sessions and are not in a store: lost if the server ends now. */
    public long unstored() {
        return unstored.count();
    }

    private void sweep() {
        owners.values().removeIf(Owner::retire);
    }

    private Stripe stripeOf(Jid jid) {
        int hash = jid.hashCode();
        return stripes[(hash ^ hash >>> 16) & STRIPES - 1];
    }
}
