package im.restante.internal.session;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.delivery.Delivery;
import im.restante.internal.session.Directory.LiveSession;
import im.restante.internal.session.owner.Owner;
import im.restante.internal.session.owner.Recipient;
import im.restante.jid.Jid;
import im.restante.session.ClientLink;
import im.restante.session.ClientSession;
import im.restante.session.Ending;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.session.ProofPolicy;
import im.restante.session.SessionInfo;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One bound resource: what its client last said of itself, and the way its stanzas take. */
final class Session implements ClientSession, LiveSession, Recipient {
    static final CompletableFuture<Outcome> DONE = completedFuture(Outcome.DONE);
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Jid jid;
    private volatile ClientLink link;
    private final Instant since;
    private final Router router;
    private final Owner owner;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /** Completes when everything accepted so far has been routed: the next stanza waits for it (RFC 6120 §10.1). */
    private CompletableFuture<Void> routed = completedFuture(null);

    private volatile Element presence;
    private volatile int priority;
    private volatile boolean interested;
    private volatile boolean carbons;
    private volatile boolean accountGone;
    private volatile boolean gone;
    private volatile Closing closing;
    private final Suspension suspension = new Suspension();

    Session(Jid jid, ClientLink link, Instant since, Router router, Owner owner) {
        this.jid = jid;
        this.link = link;
        this.since = since;
        this.router = router;
        this.owner = owner;
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

    ClientLink link() {
        return link;
    }

    Owner owner() {
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
                suspension.isOn()
                        ? "SUSPENDED"
                        : owner.isHeld() ? "HELD" : owner.state().name());
    }

    @Override
    public void afterPending(Runnable task) {
        link.afterPending(task);
    }

    /** Whether its connection was cut and its client may come back. */
    boolean isSuspended() {
        return suspension.isOn();
    }

    @Override
    public void send(Element stanza) {
        offer(Outbound.of(router.serialize(stanza)));
    }

    @Override
    public boolean offer(Outbound stanza) {
        return suspension.isOn() ? suspension.keep(stanza, () -> link) : link.offer(stanza);
    }

    @Override
    public CompletionStage<Void> sendStored(List<StoredMessage> messages, ProofPolicy proof) {
        return link.sendStored(messages, proof);
    }

    CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout) {
        return link.sendCopies(copies, timeout);
    }

    /** Its client deals with what waits by hand: nobody is handed that of its own accord, as long as this session lives. */
    void hold() {
        owner.hold(this);
        if (gone) { // a moment ago, and the owner knew nothing of the hold
            owner.letGo(this);
        }
    }

    @Override
    public CompletionStage<Outcome> accept(Stanza received) {
        try {
            Stanza stanza = received instanceof Message m ? router.stamped(m, jid) : received;
            Delivery delivery = router.delivery().now();
            CompletableFuture<Passage> passage = router.passage(this, stanza).toCompletableFuture();
            boolean known = routed.isDone() && passage.isDone() && (delivery != null || !(stanza instanceof Message));
            return known ? route(stanza, passage, delivery) : routeLater(stanza, passage);
        } catch (RuntimeException e) {
            return failed(received, e);
        }
    }

    /** In order: not before everything accepted earlier has been routed. */
    private CompletionStage<Outcome> routeLater(Stanza stanza, CompletableFuture<Passage> passage) {
        CompletionStage<Delivery> delivery = stanza instanceof Message ? router.awaitDelivery() : completedFuture(null);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        CompletableFuture<?> known = CompletableFuture.allOf(routed, delivery.toCompletableFuture(), passage);
        routed = known.handleAsync(
                (all, problem) -> {
                    CompletionStage<Outcome> decided;
                    try {
                        decided = route(
                                stanza, passage, delivery.toCompletableFuture().getNow(null));
                    } catch (RuntimeException e) {
                        decided = failed(stanza, e);
                    }
                    decided.thenAccept(outcome::complete);
                    return null;
                },
                router.workers());
        return outcome;
    }

    private CompletionStage<Outcome> route(Stanza stanza, CompletableFuture<Passage> passage, Delivery delivery) {
        Passage found = passage.isCompletedExceptionally() ? Passage.UNKNOWN : passage.getNow(Passage.UNKNOWN);
        if (stanza instanceof Presence p) {
            return presence(p);
        }
        return router.route(this, stanza, found, delivery);
    }

    private CompletionStage<Outcome> failed(Stanza stanza, RuntimeException e) {
        LOG.error("routing a stanza of {} failed; please report it", jid, e);
        router.failed(this, stanza);
        return DONE;
    }

    private CompletionStage<Outcome> presence(Presence received) {
        if (received.type() == null) {
            router.answer(this, received, StanzaError.of(StanzaError.Condition.BAD_REQUEST));
            return DONE;
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
                return DONE;
            }
            priority = said;
            presence = stamped.element();
            if (said >= 0) {
                drain = owner.available(this);
            } else {
                owner.unavailable(this);
            }
        } else if (broadcast && stamped.type() == Presence.Type.UNAVAILABLE) {
            presence = null;
            priority = 0;
            owner.unavailable(this);
        }
        CompletionStage<Void> told = router.roster().presence(this, stamped, wasAvailable);
        if (drain != null) {
            link.afterPending(drain);
        }
        return told.toCompletableFuture().isDone() ? DONE : told.handle((done, problem) -> Outcome.DONE);
    }

    /** RFC 6121 §4.7.2.3; null if it is none. */
    private static Integer priorityOf(Element presence) {
        Element said = presence.child(Namespaces.CLIENT, "priority").orElse(null);
        if (said == null) {
            return 0;
        }
        try {
            int number = Integer.parseInt(said.text().trim());
            return number >= -128 && number <= 127 ? number : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The account was removed: what was not sent has nobody to wait for. */
    void accountRemoved() {
        accountGone = true;
    }

    @Override
    public CompletionStage<Void> ended(Ending how, List<Outbound> unsent) {
        LOG.debug("{} ended: {}, {} unsent", jid, how, unsent.size());
        Element last = presence;
        presence = null;
        gone = true;
        router.registry().close(this);
        List<Outbound> storable = accountGone
                ? List.of()
                : unsent.stream().filter(Outbound::storable).toList();
        CompletionStage<Void> safe = owner.left(this, storable).durable();
        CompletionStage<Void> told = router.roster().closed(this, last);
        CompletableFuture.allOf(safe.toCompletableFuture(), told.toCompletableFuture(), routed)
                .whenComplete((done, problem) -> {
                    if (problem != null) {
                        LOG.warn("telling that {} is gone failed: {}", jid, problem.toString());
                    }
                    forget();
                });
        return over.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Void> suspended(Supplier<List<Outbound>> unsent) {
        suspension.begin();
        List<Outbound> storable = accountGone
                ? List.of()
                : unsent.get().stream().filter(Outbound::storable).toList();
        LOG.debug("{} is cut and may come back, {} unsent", jid, storable.size());
        Owner.Left left = owner.suspended(this, storable);
        suspension.hasElsewhere(left.elsewhere());
        return left.durable();
    }

    @Override
    public void resumed(ClientLink back, Collection<Long> received, List<Outbound> again) {
        LOG.debug("{} is back from {}", jid, back.remote());
        again.forEach(back::offer);
        suspension.end(back, Set.copyOf(received), () -> link = back);
        owner.received(this, received);
        Closing asked = closing;
        if (asked != null) {
            back.close(asked.condition(), asked.text());
            return;
        }
        Runnable drain = presence != null && priority >= 0 ? owner.available(this) : null;
        if (drain != null) {
            back.afterPending(drain);
        }
    }

    /** The name is free; whoever waits for it goes on. */
    void forget() {
        if (over.complete(null)) {
            router.registry().release(this);
            owner.unpin();
        }
    }
}
