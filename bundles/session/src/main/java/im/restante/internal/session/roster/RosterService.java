package im.restante.internal.session.roster;

import im.restante.account.Accounts;
import im.restante.internal.session.Directory;
import im.restante.internal.session.Directory.LiveSession;
import im.restante.internal.session.RosterSide;
import im.restante.jid.Jid;
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
@Component(service = {RosterSide.class, RosterService.class})
public final class RosterService implements RosterSide {
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

    private final Jid domain;
    private final Books books;
    private final Online online;
    private final Attendances attendances;
    private final PresenceFlow flow;
    private final Subscriptions subscriptions;
    private final Blocking blocking;

    private final Removals removals;

    @Activate
    public RosterService(
            @Reference Accounts accounts,
            @Reference XmlCodec codec,
            @Reference ServerInfo server,
            @Reference Removals removals) {
        this(accounts, codec, server.domain(), removals, System::nanoTime);
    }

    @Deactivate
    void deactivate() {
        removals.passTo(account -> {});
    }

    RosterService(Accounts accounts, XmlCodec codec, Jid domain, Removals removals, LongSupplier nanos) {
        this.domain = domain;
        this.removals = removals;
        this.books = new Books(accounts, codec, nanos);
        this.online = new Online(() -> directory);
        this.attendances = new Attendances(books, online);
        this.flow = new PresenceFlow(books, online);
        this.subscriptions = new Subscriptions(books, online, flow, codec, domain);
        this.blocking = new Blocking(books, attendances, flow);
        removals.passTo(this::removed);
    }

    Books books() {
        return books;
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
        Attendance attendance = attendances.of(session);
        return books.load(attendance.book).whenComplete((loaded, failure) -> {
            if (failure != null) {
                end(session); // the bind fails, so nobody will say closed
            }
        });
    }

    @Override
    public CompletionStage<Void> presence(LiveSession session, Presence presence, boolean wasAvailable) {
        Attendance attendance = attendances.of(session);
        return books.load(attendance.book)
                .thenCompose(loaded -> handle(attendance, presence, wasAvailable))
                .exceptionally(failure -> {
                    complain(session.jid(), failure);
                    PresenceFlow.refuse(session, presence, Condition.RESOURCE_CONSTRAINT);
                    return null;
                });
    }

    private static void complain(Jid sender, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof StoreException) {
            LOG.warn("presence of {} was refused: {}", sender, cause.getMessage());
        } else {
            LOG.error("presence of {} was refused", sender, cause);
        }
    }

    private CompletionStage<Void> handle(Attendance attendance, Presence presence, boolean wasAvailable) {
        LiveSession session = attendance.session;
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
            return addressed(attendance, presence);
        }
        return switch (type) {
            case AVAILABLE -> available(attendance, presence.element(), !wasAvailable);
            case UNAVAILABLE -> {
                if (wasAvailable) {
                    flow.broadcast(attendance.book, session, presence.element());
                    session.send(presence.element()
                            .withAttribute(
                                    "to", attendance.book.owner.toString())); // RFC 6121 §4.5.2: to itself as well
                }
                flow.endDirected(attendance, presence.element(), wasAvailable);
                yield DONE;
            }
            default -> DONE; // an error that names nobody
        };
    }

    private CompletionStage<Void> available(Attendance attendance, Element presence, boolean initial) {
        Book book = attendance.book;
        LiveSession session = attendance.session;
        flow.broadcast(book, session, presence);
        session.send(presence.withAttribute("to", book.owner.toString())); // RFC 6121 §4.2.2: to itself as well
        if (!initial) {
            return DONE;
        }
        flow.catchUp(book, session);
        subscriptions.showRequests(book, session);
        return subscriptions.askAgain(book);
    }

    private CompletionStage<Void> addressed(Attendance attendance, Presence presence) {
        LiveSession session = attendance.session;
        Book book = attendance.book;
        Presence.Type type = presence.type();
        Jid to = presence.to();
        boolean leaving = type == Presence.Type.UNAVAILABLE;
        if (!to.domain().equals(domain.domain())) {
            if (!leaving) {
                PresenceFlow.refuse(session, presence, Condition.REMOTE_SERVER_NOT_FOUND);
            }
            return DONE;
        }
        if (to.local() == null) {
            return DONE; // the server itself takes no presence
        }
        if (!to.bare().equals(book.owner) && book.blocked.matches(to)) {
            if (!leaving && type != Presence.Type.ERROR) {
                session.send(Blocking.answerForBlocking(presence).element());
            }
            return DONE;
        }
        if (type == Presence.Type.PROBE) {
            return books.read(to, probed -> {
                flow.probe(session, probed, to);
                return null;
            });
        }
        if (leaving) {
            attendance.directed.remove(to);
        } else if (type == Presence.Type.AVAILABLE && !attendance.directed.contains(to)) {
            if (attendance.directed.size() >= Attendance.DIRECTED_MAX) {
                PresenceFlow.refuse(session, presence, Condition.RESOURCE_CONSTRAINT);
                return DONE;
            }
            attendance.directed.add(to);
        }
        flow.deliver(book, session.jid(), presence.element(), to);
        return DONE;
    }

    @Override
    public CompletionStage<Void> closed(LiveSession session, Element lastPresence) {
        Attendance attendance = attendances.end(session);
        if (attendance == null) {
            return DONE;
        }
        try {
            Element unavailable = PresenceFlow.unavailable(session.jid());
            boolean broadcast = lastPresence != null && !replaced(session);
            if (broadcast) {
                flow.broadcast(attendance.book, session, unavailable);
            }
            flow.endDirected(attendance, unavailable, broadcast);
        } finally {
            books.leave(attendance.book);
        }
        return DONE;
    }

    /** Whether a newer session with the same address is available already: then its presence is the one that counts. */
    private boolean replaced(LiveSession session) {
        List<LiveSession> same = online.addressed(session.jid());
        return !same.isEmpty() && same.get(0) != session && same.get(0).presence() != null;
    }

    private void end(LiveSession session) {
        Attendance attendance = attendances.end(session);
        if (attendance != null) {
            books.leave(attendance.book);
        }
    }

    @Override
    public CompletionStage<Boolean> blocks(Jid owner, Jid other) {
        if (!isAccount(owner) || owner.bare().equals(other.bare()) || other.equals(domain)) {
            return NO;
        }
        Book known = books.peek(owner);
        if (known != null) {
            return known.blocked.matches(other) ? YES : NO;
        }
        return books.blockList(owner).thenApply(list -> list.matches(other));
    }

    @Override
    public CompletionStage<Boolean> blocksAnybody(Jid owner) {
        if (!isAccount(owner)) {
            return NO;
        }
        Book known = books.peek(owner);
        if (known != null) {
            return known.blocked.items().isEmpty() ? NO : YES;
        }
        return books.blockList(owner).thenApply(list -> !list.items().isEmpty());
    }

    @Override
    public CompletionStage<Boolean> maySeePresence(Jid account, Jid viewer) {
        if (account.bare().equals(viewer.bare())) {
            return YES;
        }
        if (!isAccount(account)) {
            return NO;
        }
        return books.read(account, book -> book.roster.shows(viewer) && !book.blocked.matches(viewer));
    }

    @Override
    public Stanza answerForBlocked(Stanza stanza) {
        return Blocking.answerForBlocked(stanza);
    }

    @Override
    public Stanza answerForBlocking(Stanza stanza) {
        return Blocking.answerForBlocking(stanza);
    }

    /** Ends the subscriptions of an account that is gone, as far as they are in memory: its settings are gone with it. */
    private void removed(Jid account) {
        if (books.held(account) == null) {
            return;
        }
        Book book = books.enter(account);
        book.lane
                .run(() -> {
                    Roster last = book.roster;
                    books.forget(book);
                    last.all().forEach(contact -> subscriptions.part(book.owner, contact));
                    return DONE;
                })
                .whenComplete((done, failure) -> books.leave(book));
    }

    private boolean isAccount(Jid jid) {
        return jid.local() != null && jid.domain().equals(domain.domain());
    }
}
