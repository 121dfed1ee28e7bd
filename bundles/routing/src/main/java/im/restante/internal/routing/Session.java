package im.restante.internal.routing;

import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.internal.support.Lexical;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.roster.Directory.LiveSession;
import im.restante.session.ClientConnection;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.session.ProofPolicy;
import im.restante.session.SessionInfo;
import im.restante.spool.OwnerSpool;
import im.restante.spool.Recipient;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One bound resource: what its client last said of itself, and the way its stanzas take. */
final class Session implements ClientSession, LiveSession, Recipient, Originator {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Jid jid;
    private volatile ClientConnection link;
    private final Instant since;
    private final Router router;
    private final OwnerSpool owner;
    private final StanzaOrder order;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /** Completes when the owner's spool and the others know that it is gone. */
    private final CompletableFuture<Void> left = new CompletableFuture<>();

    private final AtomicBoolean leaving = new AtomicBoolean();
    private final AtomicBoolean forgotten = new AtomicBoolean();

    /** What is kept of it, see {@link KeptPresence}. */
    private volatile Element presence;

    private volatile int priority;
    private volatile boolean interested;
    private volatile boolean carbons;

    /** Its account was removed: it sends and gets nothing any more, and its connection is about to end. */
    private volatile boolean removed;

    /** When its client last sent a stanza. */
    private volatile long heardAt;

    private volatile boolean gone;
    private volatile Closing closing;
    private final Suspension suspension = new Suspension();

    Session(Jid jid, ClientConnection link, Instant since, Router router, OwnerSpool owner) {
        this.jid = jid;
        this.link = link;
        this.since = since;
        this.router = router;
        this.owner = owner;
        this.order = new StanzaOrder(router);
        this.heardAt = router.deadlines().now();
    }

    @Override
    public Jid jid() {
        return jid;
    }

    @Override
    public Element presence() {
        return presence;
    }

    @Override
    public boolean interested() {
        return interested;
    }

    void markInterested() {
        interested = true;
    }

    boolean wantsCarbons() {
        return carbons && presence != null;
    }

    void carbons(boolean enabled) {
        carbons = enabled;
    }

    /** Why it must end. */
    private record Closing(StreamCondition condition, String text) {}

    /** Ends its connection; or the one on which its client resumes at this moment. */
    void close(StreamCondition condition, String text) {
        closing = new Closing(condition, text);
        link.close(condition, text);
    }

    ClientConnection link() {
        return link;
    }

    OwnerSpool owner() {
        return owner;
    }

    /** Completes when the end of this session has been dealt with and its name is free. */
    CompletableFuture<Void> over() {
        return over;
    }

    SessionInfo info() {
        return new SessionInfo(
                jid,
                presence != null,
                priority,
                since,
                link.remote(),
                link.encrypted(),
                link.resumable(),
                link.backlog(),
                state());
    }

    private SessionInfo.State state() {
        if (suspension.isOn()) {
            return SessionInfo.State.SUSPENDED;
        }
        return owner.isHeld()
                ? SessionInfo.State.HELD
                : SessionInfo.State.valueOf(owner.state().name());
    }

    @Override
    public void afterPending(Runnable task) {
        link.afterPending(task);
    }

    /** Whether its client is cut off, or has sent no stanza for that long. */
    boolean isIdle(Duration time) {
        return suspension.isOn() || router.deadlines().now() - heardAt >= time.toNanos();
    }

    Instant since() {
        return since;
    }

    /** Whether its connection was cut and its client may come back. */
    boolean isSuspended() {
        return suspension.isOn();
    }

    @Override
    public void send(Element stanza) {
        tell(stanza);
    }

    @Override
    public boolean offer(Outbound stanza) {
        if (removed) {
            return false;
        }
        return suspension.isOn() ? suspension.keep(stanza, () -> link) : link.offer(stanza);
    }

    @Override
    public CompletionStage<Void> sendStored(
            List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> proved) {
        return removed ? failedFuture(accountRemovedProblem()) : link.sendStored(messages, proof, proved);
    }

    CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout) {
        return removed ? failedFuture(accountRemovedProblem()) : link.sendCopies(copies, timeout);
    }

    private static IOException accountRemovedProblem() {
        return new IOException("the account was removed");
    }

    /** Its client deals with what waits by hand: nobody is handed that of its own accord, as long as this session lives. */
    void hold() {
        owner.hold(this);
        if (gone) { // a moment ago, and the owner knew nothing of the hold
            owner.letGo(this);
        }
    }

    @Override
    public boolean isServer() {
        return false;
    }

    @Override
    public OpenVerdicts verdicts() {
        return order.verdicts();
    }

    @Override
    public boolean tell(Element answer) {
        return offer(Outbound.of(router.serialize(answer)));
    }

    @Override
    public void decided(Verdict verdict) {} // the connection is told by the outcome of its stanza

    @Override
    public CompletionStage<Outcome> accept(Stanza received) {
        heardAt = router.deadlines().now();
        return removed ? refusedWithoutAccount(received) : order.accept(this, received);
    }

    @Override
    public CompletionStage<Outcome> route(
            Stanza stanza, Admissibility admissibility, Delivery delivery, OpenVerdict open) {
        if (removed) {
            return refusedWithoutAccount(stanza);
        }
        return stanza instanceof Presence p ? presence(p) : router.route(this, stanza, admissibility, delivery, open);
    }

    private CompletionStage<Outcome> refusedWithoutAccount(Stanza stanza) {
        try {
            router.answerWithoutAccount(this, stanza)
                    .ifPresent(error -> link.offer(Outbound.of(router.serialize(error))));
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            router.report("answering a stanza", jid, e);
        }
        return StanzaOrder.DONE;
    }

    private CompletionStage<Outcome> presence(Presence received) {
        if (received.type() == null) {
            router.answer(this, received, StanzaError.of(StanzaError.Condition.BAD_REQUEST));
            return StanzaOrder.DONE;
        }
        Presence stamped = received.addressed(jid, null);
        boolean wasAvailable = presence != null;
        boolean broadcast = stamped.to() == null;
        Runnable drain = null;
        if (broadcast && stamped.type() == Presence.Type.AVAILABLE) {
            Integer said = priorityOf(stamped.element());
            if (said == null) {
                router.answer(
                        this,
                        received,
                        StanzaError.of(
                                StanzaError.Condition.BAD_REQUEST, "priority must be a whole number from -128 to 127"));
                return StanzaOrder.DONE;
            }
            priority = said;
            presence = KeptPresence.of(stamped.element());
            if (said >= 0) {
                drain = available();
            } else {
                owner.unavailable(this);
            }
        } else if (broadcast && stamped.type() == Presence.Type.UNAVAILABLE) {
            presence = null;
            priority = 0;
            owner.unavailable(this);
        }
        try {
            CompletionStage<Void> told = router.rosters().presence(this, stamped, wasAvailable);
            return told.toCompletableFuture().isDone()
                    ? StanzaOrder.DONE
                    : told.handle((done, problem) -> Outcome.DONE);
        } finally {
            if (drain != null) { // whatever became of the presence: messages go into the spool until it has run
                link.afterPending(drain);
            }
        }
    }

    /** RFC 6121 §4.7.2.3; null if it is none. */
    private static Integer priorityOf(Element presence) {
        Element said = presence.child(Namespaces.CLIENT, "priority").orElse(null);
        if (said == null) {
            return 0;
        }
        return Lexical.signed(Lexical.collapsed(said.text()), -128, 127);
    }

    private Runnable available() {
        Runnable drain = owner.available(this);
        if (removed) { // in this moment: it must not be there for whoever takes the name next
            owner.unavailable(this);
        }
        return drain;
    }

    /** The account was removed: from here on this session is out of everything, whatever its connection still does. */
    void accountRemoved() {
        removed = true;
        router.registry().close(this);
        leave(List.of());
    }

    /** Tells the owner's spool and the others, once. */
    private void leave(List<Outbound> storable) {
        if (!leaving.compareAndSet(false, true)) {
            return;
        }
        Element last = presence;
        presence = null;
        CompletableFuture<Void> safe = guarded(() -> owner.left(this, storable).durable());
        CompletableFuture<Void> told = guarded(() -> router.rosters().closed(this, last));
        CompletableFuture.allOf(safe, told).whenComplete((done, problem) -> {
            if (problem != null) {
                LogLimit limit = router.lines().of("gone");
                if (limit.isDue()) {
                    LOG.warn("telling that {} is gone failed: {}{}", jid, problem.toString(), limit.more());
                }
            }
            left.complete(null);
        });
    }

    @Override
    public CompletionStage<Void> ended(CloseReason how, List<Outbound> unsent) {
        LOG.debug("{} ended: {}, {} unsent", jid, how, unsent.size());
        gone = true;
        router.registry().close(this);
        List<Outbound> storable = unsent.stream().filter(Outbound::storable).toList();
        whenKept(kept -> {
            leave(kept ? storable : List.of());
            if (removed) { // a presence of the last moment may have begun anew what had ended
                guarded(() -> router.rosters().closed(this, null));
            }
        });
        CompletableFuture.allOf(left, order.routed()).whenComplete((done, problem) -> forget());
        return over.minimalCompletionStage();
    }

    /**
     * At once, unless the account is being removed: whether what this session was not given may go back to the spool is not known before
     * that is decided.
     */
    private CompletableFuture<Void> whenKept(Consumer<Boolean> task) {
        return router.registry()
                .removals()
                .kept(jid.bare())
                .thenAccept(kept -> task.accept(kept && !removed))
                .toCompletableFuture();
    }

    private static CompletableFuture<Void> guarded(Supplier<CompletionStage<Void>> task) {
        try {
            return task.get().toCompletableFuture();
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            return failedFuture(e);
        }
    }

    @Override
    public CompletionStage<Void> suspended(Supplier<List<Outbound>> unsent) {
        suspension.begin();
        List<Outbound> storable =
                unsent.get().stream().filter(Outbound::storable).toList();
        LOG.debug("{} is cut and may come back, {} unsent", jid, storable.size());
        CompletableFuture<Void> durable = new CompletableFuture<>();
        whenKept(kept -> {
            OwnerSpool.Left rest = owner.suspended(this, kept ? storable : List.of());
            rest.elsewhere()
                    .thenCompose(messages -> {
                        suspension.hasElsewhere(messages);
                        return rest.durable();
                    })
                    .whenComplete((done, problem) -> {
                        if (problem == null) {
                            durable.complete(null);
                        } else {
                            durable.completeExceptionally(problem);
                        }
                    });
        });
        return durable;
    }

    @Override
    public void resumed(ClientConnection back, Collection<Long> received, List<Outbound> again) {
        LOG.debug("{} is back from {}", jid, back.remote());
        if (removed) {
            suspension.forget(() -> link = back);
            close(StreamCondition.NOT_AUTHORIZED, "The account was removed");
            return;
        }
        again.forEach(back::offer);
        suspension.end(back, Set.copyOf(received), () -> link = back);
        owner.received(this, received);
        Closing asked = closing;
        if (asked != null) {
            back.close(asked.condition(), asked.text());
            return;
        }
        Runnable drain = presence != null && priority >= 0 ? available() : null;
        if (drain != null) {
            back.afterPending(drain);
        }
    }

    /** The name is free; whoever waits for it goes on. */
    void forget() {
        if (forgotten.compareAndSet(false, true)) {
            router.registry().release(this);
            owner.unpin();
            over.complete(null); // last: whoever waits for it takes what has become free
        }
    }
}
