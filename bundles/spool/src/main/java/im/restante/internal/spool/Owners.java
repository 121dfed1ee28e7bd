package im.restante.internal.spool;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.amp.MessageRules;
import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.internal.spool.core.Event;
import im.restante.internal.spool.core.Incoming;
import im.restante.internal.spool.core.Moment;
import im.restante.internal.spool.core.OwnerCore;
import im.restante.internal.spool.core.Tail;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.Listeners;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.message.MessageListener;
import im.restante.session.Arrival;
import im.restante.spool.Envelope;
import im.restante.spool.Recipient;
import im.restante.store.MessageKind;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The runners of all owners who have a session or something under way. Safe for concurrent use. */
final class Owners implements Moment {
    private static final int SWEEP_EVERY = 1024;

    final Jid domain;
    final Clock clock;
    final PartitionIds ids;
    final Workers workers;
    final Dynamic<Delivery> delivery;
    final Blocks blocks;
    final Supplier<MessageRules> rules;
    final Unstored unstored = new Unstored();
    final DrainHeap drained;
    final SpoolFigures figures;
    final Troubles troubles = new Troubles(System::nanoTime);
    final Retries reads;
    final Retries writes;
    private final ConcurrentHashMap<Jid, OwnerRunner> owners = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();
    private volatile SpoolSettings settings;
    private volatile StanzaIdCipher stanzaIds;
    final Listeners<MessageListener> listeners = new Listeners<>("message listener", System::nanoTime);

    /**
     * @param rules       who reads the rules of messages; null: nobody
     * @param drainBudget heap in bytes that the drains of all owners may have together
     */
    Owners(
            Jid domain,
            Clock clock,
            PartitionIds ids,
            Workers workers,
            Dynamic<Delivery> delivery,
            Blocks blocks,
            Supplier<MessageRules> rules,
            LongSupplier drainBudget,
            SpoolSettings settings) {
        this.domain = domain;
        this.clock = clock;
        this.ids = ids;
        this.workers = workers;
        this.delivery = delivery;
        this.blocks = blocks;
        this.rules = rules;
        this.drained = new DrainHeap(drainBudget);
        this.figures = new SpoolFigures(clock, drained);
        this.settings = settings;
        this.reads = new Retries(workers, clock.millis());
        this.writes = new Retries(workers, ~clock.millis());
    }

    // ---- what all owners share

    /** Takes effect for the next message and the next page. */
    void settings(SpoolSettings changed) {
        settings = changed;
        workers.execute(() -> owners.values().forEach(owner -> owner.post(new Event.Reconsider())));
    }

    /** As they were configured. */
    SpoolSettings configured() {
        return settings;
    }

    /** With a small window while the drains have used up their memory. */
    @Override
    public SpoolSettings settings() {
        return drained.isShort() ? settings.within(DrainHeap.GRANTED) : settings;
    }

    @Override
    public long lastId(Jid owner) {
        return ids.last(owner);
    }

    @Override
    public boolean rulesAreRead() {
        return rules.get() != null;
    }

    /** What gives stanza-ids. Must be set before the first message. */
    void stanzaIds(StanzaIdCipher cipher) {
        stanzaIds = cipher;
    }

    /** Null while the server key is not known. */
    StanzaIdCipher stanzaIds() {
        return stanzaIds;
    }

    /** As precise as a row. */
    @Override
    public Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    /** Messages that came back from sessions and are not in a store: lost if the server ends now. */
    long unstored() {
        return unstored.count();
    }

    /**
     * Asks the delivery, waiting for one that is being replaced; one that was replaced meanwhile and failed does not count. Whatever
     * it throws is an answer that failed.
     */
    <T> CompletionStage<T> ask(Function<Delivery, CompletionStage<T>> question) {
        Delivery now = delivery.now();
        CompletionStage<Delivery> service = now != null ? completedFuture(now) : delivery.await(settings.swapTimeout());
        return service.thenCompose(present -> present == null
                ? failedFuture(new StoreException("the delivery bundle is not there"))
                : asked(question, present)
                        .exceptionallyCompose(
                                problem -> present == delivery.now() ? failedFuture(problem) : ask(question)));
    }

    private static <T> CompletionStage<T> asked(Function<Delivery, CompletionStage<T>> question, Delivery present) {
        try {
            return question.apply(present);
        } catch (Throwable e) { // so does one whose bundle is gone
            OutOfMemory.endsProcess(e);
            return failedFuture(e);
        }
    }

    /** Those senders of rows whom the owner blocks; fails while that cannot be known. */
    CompletionStage<Set<Jid>> hidden(Jid owner, List<StoredMessage> rows) {
        return rows.isEmpty() ? completedFuture(Set.of()) : blocks.blocked(owner, rows);
    }

    // ---- places in the order

    /** The next message of an owner's order. Called by whoever runs that owner. */
    void place(Jid owner, Incoming message) {
        Arrival arrival = arrival(owner, message.envelope(), message.only() != null);
        message.arrive(arrival, stanzaIdElement(arrival), domain);
    }

    /** A message of the server's own as a row of its recipient's spool, with the next id. Nothing is stored. */
    StoredMessage notice(Jid owner, Envelope envelope) {
        Incoming message = new Incoming(envelope, null);
        place(owner, message);
        return message.delayed(MessageKind.NOTICE);
    }

    private Arrival arrival(Jid owner, Envelope envelope, boolean exclusive) {
        Instant now = now();
        Instant received = envelope.plan() == null ? now : envelope.plan().judgedAt();
        return new Arrival(ids.next(owner, now), owner, envelope.sender(), received, exclusive);
    }

    private byte[] stanzaIdElement(Arrival arrival) {
        StanzaIdCipher cipher = stanzaIds;
        if (cipher == null) {
            throw new IllegalStateException("the key of stanza-ids is not known");
        }
        return Tail.stanzaId(cipher.encrypt(arrival.owner(), arrival.id()), arrival.owner());
    }

    // ---- one owner

    /** Whether nothing is remembered of an owner, or can be forgotten at once. */
    boolean isForgotten(Jid owner) {
        OwnerRunner known = owners.get(owner);
        return known == null || known.giveUp();
    }

    /** The owner's spool, kept until {@link OwnerRunner#unpin}. */
    OwnerRunner pin(Jid owner) {
        return with(owner, runner -> runner.post(new Event.Pinned()) ? runner : null);
    }

    CompletionStage<Verdict> deliver(Jid owner, Envelope envelope, Recipient only) {
        Incoming message = new Incoming(envelope, only);
        Event.Arrived arrived = new Event.Arrived(message);
        with(owner, runner -> runner.post(arrived) ? runner : null);
        return message.verdict();
    }

    /** Something happens to an owner, if anything is known of it. */
    void post(Jid owner, Event event) {
        OwnerRunner known = owners.get(owner);
        if (known != null) {
            known.post(event);
        }
    }

    /** The same for everybody of whom anything is known. */
    void postToAll(Supplier<Event> event) {
        workers.execute(() -> owners.values().forEach(owner -> owner.post(event.get())));
    }

    /** Gives up what is under way for an owner whose account is being removed; see {@link im.restante.spool.OwnerSpools#discard}. */
    CompletionStage<Void> discard(Jid owner) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        OwnerRunner known = owners.get(owner);
        if (known == null || !known.post(new Event.Discarded(done))) {
            done.complete(null); // nothing is under way
        }
        return done;
    }

    /** What the owner's core answers between two events. */
    <T> CompletionStage<T> ask(Jid owner, Function<OwnerCore, T> question) {
        return with(owner, runner -> runner.ask(question));
    }

    /** Asks an owner's runner until one answers: a null says that it was given up in this very moment. */
    private <T> T with(Jid jid, Function<OwnerRunner, T> question) {
        while (true) {
            OwnerRunner owner = owners.get(jid);
            if (owner == null) {
                if (made.incrementAndGet() % SWEEP_EVERY == 0) {
                    owners.values().removeIf(OwnerRunner::giveUp);
                }
                owner = owners.computeIfAbsent(jid, j -> new OwnerRunner(j, this));
            }
            T answer = question.apply(owner);
            if (answer != null) {
                return answer;
            }
            owners.remove(jid, owner);
        }
    }
}
