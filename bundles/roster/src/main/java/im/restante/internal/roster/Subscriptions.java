package im.restante.internal.roster;

import im.restante.account.Note;
import im.restante.internal.roster.Subscription.Direction;
import im.restante.internal.support.LogLimit;
import im.restante.jid.Jid;
import im.restante.roster.Directory.LiveSession;
import im.restante.route.LocalRoute;
import im.restante.stanza.Presence;
import im.restante.stanza.Presence.Type;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that changes a roster: subscription stanzas (RFC 6121 §3) and a client's own edits (§2). A change is durable before
 * anybody is told of it. What it asks of the other account's roster is a note of the same commit, which the {@link NoteCarrier} brings
 * there: once, wherever the process dies, and in the order of the commits, so that two stanzas of one sender never overtake each other.
 * No account ever waits for another.
 */
final class Subscriptions {
    /** Most requests that wait for one account's answer; further ones are dropped in silence. */
    static final int REQUESTS_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

    private final RosterCache cache;
    private final Online online;
    private final PresenceFlow flow;
    private final LocalRoute here;
    private final StanzaNotes notes;
    private final Runnable owing;
    private final AtomicLong pushes = new AtomicLong();
    private final LogLimit untold;

    /** @param owing what is done after a change that may owe somebody something */
    Subscriptions(
            RosterCache cache,
            Online online,
            PresenceFlow flow,
            LocalRoute here,
            StanzaNotes notes,
            Runnable owing,
            LongSupplier nanos) {
        untold = LogLimit.perMinute(nanos);
        this.notes = notes;
        this.owing = owing;
        this.cache = cache;
        this.online = online;
        this.flow = flow;
        this.here = here;
    }

    /** A subscription stanza of a client (RFC 6121 Appendix A.2). */
    CompletionStage<Void> outbound(LiveSession session, Presence presence) {
        Jid account = session.jid().bare();
        Jid contact = presence.to().bare();
        Type type = presence.type();
        if (account.equals(contact)) {
            return DONE; // everybody sees their own presence, whatever they ask
        }
        boolean elsewhere = !here.isHere(contact);
        if (contact.local() == null || elsewhere && type == Type.SUBSCRIBE) {
            PresenceFlow.refuse(
                    session, presence, elsewhere ? Condition.REMOTE_SERVER_NOT_FOUND : Condition.SERVICE_UNAVAILABLE);
            return DONE;
        }
        Element stanza = presence.addressed(account, contact).element(); // RFC 6121 §3.1.2: from the bare address
        return cache.inTurn(account, cached -> {
            if (cached.blocked.matches(contact) && type == Type.SUBSCRIBE) {
                session.send(Blocking.answerForBlocking(presence).element());
                return DONE;
            }
            Contact before = cached.roster.contact(contact);
            Subscription next = before.subscription().after(Direction.OUTBOUND, type);
            if (next == null) {
                return DONE;
            }
            Contact after = before.moved(next, null);
            if (cached.roster.isOutgrownBy(after)) {
                PresenceFlow.refuse(session, presence, Condition.RESOURCE_CONSTRAINT);
                return DONE;
            }
            List<Note> owed = elsewhere ? List.of() : List.of(notes.note(account, contact, stanza));
            return change(cached, before, after, owed).thenApply(done -> null);
        });
    }

    /** A subscription stanza that arrives at an account (RFC 6121 Appendix A.3); nothing if there is no such account here. */
    CompletionStage<Void> inbound(Note note, NoteCarrier.Taking taking) {
        Presence presence = notes.stanza(note);
        if (presence == null) {
            return DONE;
        }
        Jid account = note.to();
        Jid contact = note.from();
        Type type = presence.type();
        Element stanza = presence.element();
        return cache.inTurn(account, cached -> {
            Contact before = cached.roster.contact(contact);
            Subscription next = before.subscription().after(Direction.INBOUND, type);
            boolean blocked = cached.blocked.matches(contact);
            if (type == Type.SUBSCRIBE && blocked) {
                return DONE;
            }
            if (next == null) {
                // RFC 6121 §3.1.3: who is subscribed already is told so once more, in the account's name
                boolean again = type == Type.SUBSCRIBE && before.subscription().from();
                return again
                        ? taking.take(List.of(), List.of(notes.note(account, contact, Type.SUBSCRIBED)))
                                .thenAccept(taken -> {
                                    if (taken) { // else a note that cannot be forgotten would wake without end
                                        owing.run();
                                    }
                                })
                        : DONE;
            }
            Element request = null;
            if (type == Type.SUBSCRIBE) {
                if (cached.roster.requests().size() >= REQUESTS_MAX) {
                    LOG.debug("{} has {} open subscription requests; one more is dropped", account, REQUESTS_MAX);
                    return DONE;
                }
                request = cache.kept(stanza, contact, account);
            }
            Contact after = before.moved(next, request);
            if (request != null && cached.roster.isOverrunBy(after)) {
                LOG.debug("the open subscription requests of {} are too large; one more is dropped", account);
                return DONE;
            }
            return cache.take(cached, after, taking).thenAccept(taken -> {
                if (!taken) {
                    return;
                }
                show(cached, before, after);
                if (type == Type.UNSUBSCRIBED && before.subscription().to()) {
                    flow.hide(contact, account);
                }
                if (!blocked) {
                    tell(account, type, stanza);
                }
                if (type == Type.SUBSCRIBED) {
                    flow.reveal(contact, account);
                } else if (type == Type.UNSUBSCRIBE && before.subscription().from()) {
                    flow.hide(account, contact);
                }
            });
        });
    }

    /** Puts a contact into the roster, or changes how it is shown there. False, with nothing changed, if that is too much. */
    CompletionStage<Boolean> put(Jid account, Jid contact, String name, List<String> groups) {
        return cache.inTurn(account, cached -> {
            Contact before = cached.roster.contact(contact);
            Contact after = before.named(name, groups);
            if (cached.roster.isOutgrownBy(after)) {
                return CompletableFuture.completedStage(false);
            }
            return change(cached, before, after, List.of()).thenApply(done -> true);
        });
    }

    /** Takes a contact out of the roster and ends what there is between the two (RFC 6121 §2.5). False if it is not in it. */
    CompletionStage<Boolean> remove(Jid account, Jid contact) {
        return cache.inTurn(account, cached -> {
            Contact before = cached.roster.contact(contact);
            if (!before.listed()) {
                return CompletableFuture.completedStage(false);
            }
            return change(cached, before, before.unlisted(), partings(account, before))
                    .thenApply(done -> true);
        });
    }

    /** What ends, at the contact's side, what a contact that goes from {@code account} had with it. */
    List<Note> partings(Jid account, Contact was) {
        Jid contact = was.jid();
        List<Note> partings = new ArrayList<>();
        if (isElsewhere(contact)) {
            return partings;
        }
        if (was.subscription().to() || was.subscription().pendingOut()) {
            partings.add(notes.note(account, contact, Type.UNSUBSCRIBE));
        }
        if (was.subscription().from()) {
            partings.add(notes.note(account, contact, Type.UNSUBSCRIBED));
        }
        return partings;
    }

    /**
     * Asks again where the other side does not know of an open question: its account may be newer than the question, or had no room for
     * it, or the rosters came from elsewhere. Never exceptionally: the next login asks, too.
     */
    CompletionStage<Void> askAgain(CachedRoster cached) {
        Jid account = cached.owner;
        Queue<Jid> unknown = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<?>> looked = new ArrayList<>();
        for (Contact contact : cached.roster.listed()) {
            Jid jid = contact.jid();
            if (contact.subscription().pendingOut() && !cached.blocked.matches(jid) && !isElsewhere(jid)) {
                looked.add(isUnaware(jid, account)
                        .thenAccept(unaware -> {
                            if (unaware) {
                                unknown.add(jid);
                            }
                        })
                        .toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(looked.toArray(CompletableFuture<?>[]::new))
                .thenCompose(all -> unknown.isEmpty() ? DONE : ask(account, unknown))
                .exceptionally(problem -> {
                    LOG.debug("{} does not ask again what nobody has answered: {}", account, problem.toString());
                    return null;
                });
    }

    private CompletionStage<Boolean> isUnaware(Jid contact, Jid asking) {
        return cache.exists(contact)
                .thenCompose(there -> there
                        ? cache.read(contact, other -> {
                            Subscription state = other.roster.contact(asking).subscription();
                            return !other.blocked.matches(asking)
                                    && (state.from() || state.after(Direction.INBOUND, Type.SUBSCRIBE) != null);
                        })
                        : CompletableFuture.completedStage(false));
    }

    private CompletionStage<Void> ask(Jid account, Collection<Jid> contacts) {
        return cache.inTurn(account, cached -> {
            List<Note> questions = contacts.stream()
                    .filter(contact ->
                            cached.roster.contact(contact).subscription().pendingOut())
                    .map(contact -> notes.note(account, contact, Type.SUBSCRIBE))
                    .toList();
            return questions.isEmpty()
                    ? DONE
                    : owing(cache.owe(cached, questions)).thenApply(done -> null);
        });
    }

    private boolean isElsewhere(Jid contact) {
        return !here.isAccount(contact);
    }

    /** Shows a session the requests that wait for its account's answer (RFC 6121 §3.1.3). */
    void showRequests(CachedRoster cached, LiveSession session) {
        for (Contact contact : cached.roster.requests()) {
            if (!cached.blocked.matches(contact.jid())) {
                session.send(contact.request());
            }
        }
    }

    /**
     * Makes a session interested once it has been sent {@code known}, which may be held back for a while (its earlier messages
     * are not on disk yet), and pushes what has changed since: a push that came before would be undone by the older roster.
     */
    void interest(Jid fullJid, Roster known) {
        for (LiveSession session : online.addressed(fullJid)) {
            session.afterPending(() -> cache.inTurn(fullJid, cached -> {
                        online.interested(fullJid);
                        changed(known, cached.roster).forEach(item -> push(session, cached, item));
                        return DONE;
                    })
                    .whenComplete((done, failure) -> {
                        if (failure != null && untold.isDue()) {
                            LOG.warn(
                                    "{} is not told of changes of its roster: {}{}",
                                    fullJid,
                                    failure.toString(),
                                    untold.more());
                        }
                    }));
        }
    }

    /** Items of a roster that are not as they were in an earlier one, those that are gone behind them. */
    private static List<Element> changed(Roster known, Roster now) {
        List<Element> items = new ArrayList<>();
        for (Contact contact : now.listed()) {
            Contact before = known.contact(contact.jid());
            if (!before.listed() || !before.item().equals(contact.item())) {
                items.add(contact.item());
            }
        }
        for (Contact before : known.listed()) {
            if (!now.contact(before.jid()).listed()) {
                items.add(removal(before));
            }
        }
        return items;
    }

    /** Tells an account's sessions what a write has changed of which nobody knew what came of it. */
    void readAgain(CachedRoster cached, Roster known) {
        Jid account = cached.owner;
        changed(known, cached.roster).forEach(item -> push(cached, item));
        for (Contact contact : cached.roster.requests()) {
            if (known.contact(contact.jid()).request() == null && !cached.blocked.matches(contact.jid())) {
                tell(account, Type.SUBSCRIBE, contact.request());
            }
        }
        for (Contact before : known.all()) {
            Subscription now = cached.roster.contact(before.jid()).subscription();
            if (before.subscription().to() && !now.to()) {
                flow.hide(before.jid(), account);
            }
            if (before.subscription().from() && !now.from()) {
                flow.hide(account, before.jid());
            }
        }
        for (Contact contact : cached.roster.watched()) {
            if (!known.contact(contact.jid()).subscription().to()) {
                flow.reveal(contact.jid(), account);
            }
        }
    }

    /** Writes a contact that has changed, with what that owes its account, then pushes its item (RFC 6121 §2.1.6). */
    private CompletionStage<Boolean> change(CachedRoster cached, Contact before, Contact after, List<Note> owed) {
        if (after.equals(before)) {
            return owed.isEmpty() ? CompletableFuture.completedStage(true) : owing(cache.owe(cached, owed));
        }
        CompletionStage<Boolean> changed = cache.save(cached, after, owed).thenApply(saved -> {
            if (saved) { // else there is no such account
                show(cached, before, after);
            }
            return saved;
        });
        return owed.isEmpty() ? changed : owing(changed);
    }

    /** Whatever comes of it, something may be owed then: what failed may have been done. */
    private CompletionStage<Boolean> owing(CompletionStage<Boolean> change) {
        return change.whenComplete((done, problem) -> owing.run());
    }

    private void show(CachedRoster cached, Contact before, Contact after) {
        if (after.listed() && !(before.listed() && after.item().equals(before.item()))) {
            push(cached, after.item());
        } else if (before.listed() && !after.listed()) {
            push(cached, removal(after));
        }
    }

    private void push(CachedRoster cached, Element item) {
        for (LiveSession session : online.sessions(cached.owner)) {
            if (session.interested()) {
                push(session, cached, item);
            }
        }
    }

    private void push(LiveSession session, CachedRoster cached, Element item) {
        session.send(Element.builder(Namespaces.CLIENT, "iq")
                .attribute("type", "set")
                .attribute("id", "roster-" + Long.toString(pushes.incrementAndGet(), 36))
                .attribute("to", session.jid().toString())
                .child(Element.builder(Namespaces.ROSTER, "query")
                        .attribute("ver", cached.roster.version())
                        .child(item)
                        .build())
                .build());
    }

    private static Element removal(Contact contact) {
        return Element.builder(Namespaces.ROSTER, "item")
                .attribute("jid", contact.jid().toString())
                .attribute("subscription", "remove")
                .build();
    }

    /** A request is for available sessions, an answer for interested ones (RFC 6121 §8.5.2.1.2); available ones hear it too. */
    private void tell(Jid account, Type type, Element stanza) {
        for (LiveSession session : online.sessions(account)) {
            if (session.presence() != null || type != Type.SUBSCRIBE && session.interested()) {
                session.send(stanza);
            }
        }
    }

    static Element stanza(Type type, Jid from, Jid to) {
        return Element.builder(Namespaces.CLIENT, "presence")
                .attribute("from", from.toString())
                .attribute("to", to.toString())
                .attribute("type", type.name().toLowerCase(Locale.ROOT))
                .build();
    }
}
