package im.restante.internal.roster;

import im.restante.account.Accounts;
import im.restante.account.Note;
import im.restante.home.AccountNotes;
import im.restante.home.Homes;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.limit.Acquaintances;
import im.restante.roster.Directory;
import im.restante.roster.Directory.LiveSession;
import im.restante.roster.Rosters;
import im.restante.route.LocalRoute;
import im.restante.server.ServerInfo;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError.Condition;
import im.restante.store.StoreException;
import im.restante.xml.Element;
import im.restante.xml.XmlCodec;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rosters, subscriptions, presence and block lists of this server's accounts (RFC 6121 §2–4, XEP-0191). */
@Component(service = {Rosters.class, Acquaintances.class, RosterService.class})
public final class RosterService implements Rosters, Acquaintances {
    private static final Logger LOG = LoggerFactory.getLogger(RosterService.class);
    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);
    private static final CompletionStage<Boolean> YES = CompletableFuture.completedStage(true);
    private static final CompletionStage<Boolean> NO = CompletableFuture.completedStage(false);

    /** Whose publisher needs this service itself, hence optional; nobody is online without it. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Directory directory;

    private final LocalRoute here;
    private final RosterCache cache;
    private final Online online;
    private final DirectedPresences directedPresences;
    private final PresenceFlow flow;
    private final Subscriptions subscriptions;
    private final Blocking blocking;
    private final Workers workers;
    private final NoteCarrier carrier;
    private final Removals removals;

    private final RemovedAccountRelay removedAccounts;
    private final LogLimit refusals;
    private final LogLimit failures;

    @Activate
    public RosterService(
            @Reference Accounts accounts,
            @Reference AccountNotes notes,
            @Reference Homes homes,
            @Reference XmlCodec codec,
            @Reference ServerInfo server,
            @Reference RemovedAccountRelay removedAccounts) {
        this(
                accounts,
                notes,
                homes,
                codec,
                server.domain(),
                removedAccounts,
                new ThreadWorkers("roster"),
                System::nanoTime);
    }

    @Deactivate
    void deactivate() {
        removedAccounts.stop(removals);
        carrier.close();
        workers.close();
    }

    RosterService(
            Accounts accounts,
            AccountNotes notes,
            Homes homes,
            XmlCodec codec,
            Jid domain,
            RemovedAccountRelay removedAccounts,
            Workers workers,
            LongSupplier nanos) {
        refusals = LogLimit.perMinute(nanos);
        failures = LogLimit.perMinute(nanos);
        this.here = new LocalRoute(domain);
        this.removedAccounts = removedAccounts;
        this.workers = workers;
        this.cache = new RosterCache(accounts, notes, codec, workers, nanos);
        this.online = new Online(() -> directory);
        this.directedPresences = new DirectedPresences(cache, online);
        this.flow = new PresenceFlow(cache, online);
        this.carrier = new NoteCarrier(notes, homes, workers, nanos, this::receive);
        this.subscriptions =
                new Subscriptions(cache, online, flow, here, new StanzaNotes(codec, nanos), carrier::wake, nanos);
        this.blocking = new Blocking(cache, directedPresences, flow);
        cache.onReadAgain(subscriptions::readAgain);
        this.removals = new Removals(cache, subscriptions, carrier::wake);
        removedAccounts.passTo(removals);
        carrier.wake();
    }

    private CompletionStage<Void> receive(Note note, NoteCarrier.Taking taking) {
        return subscriptions.inbound(note, taking);
    }

    /** Completes when every change so far has reached the other accounts' rosters. */
    CompletionStage<Void> carried() {
        return carrier.carried();
    }

    RosterCache cache() {
        return cache;
    }

    Online online() {
        return online;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    Blocking blocking() {
        return blocking;
    }

    @Override
    public CompletionStage<Void> opened(LiveSession session) {
        DirectedPresence directedPresence = directedPresences.of(session);
        return cache.load(directedPresence.cached).whenComplete((loaded, failure) -> {
            if (failure != null) {
                end(session); // the bind fails, so nobody will say closed
            }
        });
    }

    @Override
    public CompletionStage<Void> presence(LiveSession session, Presence presence, boolean wasAvailable) {
        DirectedPresence directedPresence = directedPresences.of(session);
        return cache.load(directedPresence.cached)
                .thenCompose(loaded -> handle(directedPresence, presence, wasAvailable))
                .exceptionally(failure -> {
                    complain(session.jid(), failure);
                    PresenceFlow.refuse(session, presence, Condition.RESOURCE_CONSTRAINT);
                    return null;
                });
    }

    private void complain(Jid sender, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof StoreException) {
            if (refusals.isDue()) {
                LOG.warn("presence of {} was refused: {}{}", sender, cause.getMessage(), refusals.more());
            }
        } else if (failures.isDue()) {
            LOG.error("presence of {} was refused{}", sender, failures.more(), cause);
        }
    }

    private CompletionStage<Void> handle(DirectedPresence directedPresence, Presence presence, boolean wasAvailable) {
        LiveSession session = directedPresence.session;
        Presence.Type type = presence.type();
        Jid to = presence.to();
        if (type == null || to == null && (type.isSubscription() || type == Presence.Type.PROBE)) {
            PresenceFlow.refuse(session, presence, Condition.BAD_REQUEST);
            return DONE;
        }
        if (type.isSubscription()) {
            return subscriptions.outbound(session, presence);
        }
        if (to != null) {
            return addressed(directedPresence, presence);
        }
        return switch (type) {
            case AVAILABLE -> available(directedPresence, presence.element(), !wasAvailable);
            case UNAVAILABLE -> {
                if (wasAvailable) {
                    flow.broadcast(directedPresence.cached, session, presence.element());
                    session.send(presence.element()
                            .withAttribute(
                                    "to",
                                    directedPresence.cached.owner.toString())); // RFC 6121 §4.5.2: to itself as well
                }
                flow.endDirected(directedPresence, presence.element(), wasAvailable);
                yield DONE;
            }
            default -> DONE; // an error that names nobody
        };
    }

    private CompletionStage<Void> available(DirectedPresence directedPresence, Element presence, boolean initial) {
        CachedRoster cached = directedPresence.cached;
        LiveSession session = directedPresence.session;
        flow.broadcast(cached, session, presence);
        session.send(presence.withAttribute("to", cached.owner.toString())); // RFC 6121 §4.2.2: to itself as well
        if (!initial) {
            return DONE;
        }
        flow.catchUp(cached, session);
        subscriptions.showRequests(cached, session);
        return subscriptions.askAgain(cached);
    }

    private CompletionStage<Void> addressed(DirectedPresence directedPresence, Presence presence) {
        LiveSession session = directedPresence.session;
        CachedRoster cached = directedPresence.cached;
        Presence.Type type = presence.type();
        Jid to = presence.to();
        boolean leaving = type == Presence.Type.UNAVAILABLE;
        if (!here.isHere(to)) {
            if (!leaving) {
                PresenceFlow.refuse(session, presence, Condition.REMOTE_SERVER_NOT_FOUND);
            }
            return DONE;
        }
        if (to.local() == null) {
            return DONE; // the server itself takes no presence
        }
        if (!to.bare().equals(cached.owner) && cached.blocked.matches(to)) {
            if (!leaving && type != Presence.Type.ERROR) {
                session.send(Blocking.answerForBlocking(presence).element());
            }
            return DONE;
        }
        if (type == Presence.Type.PROBE) {
            return cache.read(to, probed -> {
                flow.probe(session, probed, to);
                return null;
            });
        }
        if (leaving) {
            directedPresence.forget(to);
        } else if (type == Presence.Type.AVAILABLE && !directedPresence.remember(to)) {
            PresenceFlow.refuse(session, presence, Condition.RESOURCE_CONSTRAINT);
            return DONE;
        }
        flow.deliver(cached, session.jid(), presence.element(), to);
        return DONE;
    }

    @Override
    public CompletionStage<Void> closed(LiveSession session, Element lastPresence) {
        DirectedPresence directedPresence = directedPresences.end(session);
        if (directedPresence == null) {
            return DONE;
        }
        try {
            Element unavailable = PresenceFlow.unavailable(session.jid());
            boolean broadcast = lastPresence != null && !replaced(session);
            if (broadcast) {
                flow.broadcast(directedPresence.cached, session, unavailable);
            }
            flow.endDirected(directedPresence, unavailable, broadcast);
        } finally {
            cache.leave(directedPresence.cached);
        }
        return DONE;
    }

    /** Whether a newer session with the same address is available already: then its presence is the one that counts. */
    private boolean replaced(LiveSession session) {
        List<LiveSession> same = online.addressed(session.jid());
        return !same.isEmpty() && same.get(0) != session && same.get(0).presence() != null;
    }

    private void end(LiveSession session) {
        DirectedPresence directedPresence = directedPresences.end(session);
        if (directedPresence != null) {
            cache.leave(directedPresence.cached);
        }
    }

    @Override
    public CompletionStage<Boolean> blocks(Jid owner, Jid other) {
        if (!here.isAccount(owner) || owner.bare().equals(other.bare()) || here.isServer(other)) {
            return NO;
        }
        CachedRoster known = cache.peek(owner);
        if (known != null) {
            return known.blocked.matches(other) ? YES : NO;
        }
        return cache.blockList(owner).thenApply(list -> list.matches(other));
    }

    @Override
    public CompletionStage<Boolean> blocksAnybody(Jid owner) {
        if (!here.isAccount(owner)) {
            return NO;
        }
        CachedRoster known = cache.peek(owner);
        if (known != null) {
            return known.blocked.items().isEmpty() ? NO : YES;
        }
        return cache.blockList(owner).thenApply(list -> !list.items().isEmpty());
    }

    @Override
    public CompletionStage<Boolean> maySeePresence(Jid account, Jid viewer) {
        if (account.bare().equals(viewer.bare())) {
            return YES;
        }
        if (!here.isAccount(account)) {
            return NO;
        }
        return cache.read(account, cached -> cached.roster.shows(viewer) && !cached.blocked.matches(viewer));
    }

    @Override
    public CompletionStage<Boolean> knows(Jid owner, Jid other) {
        if (owner.bare().equals(other.bare())) {
            return YES;
        }
        if (!here.isAccount(owner)) {
            return NO;
        }
        return cache.read(owner, cached -> cached.roster.contact(other).listed());
    }

    @Override
    public Stanza answerForBlocked(Stanza stanza) {
        return Blocking.answerForBlocked(stanza);
    }

    @Override
    public Stanza answerForBlocking(Stanza stanza) {
        return Blocking.answerForBlocking(stanza);
    }
}
