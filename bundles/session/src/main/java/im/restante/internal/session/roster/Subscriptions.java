package im.restante.internal.session.roster;

import im.restante.internal.session.Directory.LiveSession;
import im.restante.internal.session.roster.Subscription.Direction;
import im.restante.jid.Jid;
import im.restante.stanza.Presence;
import im.restante.stanza.Presence.Type;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that changes a roster: subscription stanzas (RFC 6121 §3) and a client's own edits (§2). A change is durable before
 * anybody is told of it. What it asks of the other account's roster is put in that account's row before the next change of this
 * one begins, so that two stanzas of one sender are never applied in the wrong order; no row ever waits for another.
 */
final class Subscriptions {
    /** Most contacts of one account. */
    static final int CONTACTS_MAX = 10_000;

    /** Most requests that wait for one account's answer; further ones are dropped in silence. */
    static final int REQUESTS_MAX = 1_000;

    /** Largest request that is kept whole, in bytes; of a larger one the addresses are kept. */
    static final int REQUEST_MAX_BYTES = 2_048;

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);
    private static final CompletionStage<CompletionStage<Void>> NOTHING = CompletableFuture.completedStage(DONE);

    private final Books books;
    private final Online online;
    private final PresenceFlow flow;
    private final XmlCodec codec;
    private final Jid domain;
    private final AtomicLong pushes = new AtomicLong();

    Subscriptions(Books books, Online online, PresenceFlow flow, XmlCodec codec, Jid domain) {
        this.books = books;
        this.online = online;
        this.flow = flow;
        this.codec = codec;
        this.domain = domain;
    }

    /** A subscription stanza of a client (RFC 6121 Appendix A.2). */
    CompletionStage<Void> outbound(LiveSession session, Presence presence) {
        Jid account = session.jid().bare();
        Jid contact = presence.to().bare();
        Type type = presence.type();
        if (account.equals(contact)) {
            return DONE; // everybody sees their own presence, whatever they ask
        }
        boolean elsewhere = !contact.domain().equals(domain.domain());
        if (contact.local() == null || elsewhere && type == Type.SUBSCRIBE) {
            PresenceFlow.refuse(
                    session, presence, elsewhere ? Condition.REMOTE_SERVER_NOT_FOUND : Condition.SERVICE_UNAVAILABLE);
            return DONE;
        }
        Element stanza = presence.addressed(account, contact).element(); // RFC 6121 §3.1.2: from the bare address
        return inTurn(account, book -> {
            if (book.blocked.matches(contact) && type == Type.SUBSCRIBE) {
                session.send(Blocking.answerForBlocking(presence).element());
                return NOTHING;
            }
            Contact before = book.roster.contact(contact);
            Subscription next = before.subscription().after(Direction.OUTBOUND, type);
            if (next == null) {
                return NOTHING;
            }
            if (before.isNothing() && book.roster.size() >= CONTACTS_MAX && next != Subscription.NONE) {
                PresenceFlow.refuse(session, presence, Condition.RESOURCE_CONSTRAINT);
                return NOTHING;
            }
            return change(book, before, before.moved(next, null), () -> inbound(contact, account, type, stanza));
        });
    }

    /** A subscription stanza that arrives at an account (RFC 6121 Appendix A.3); nothing if there is no such account here. */
    CompletionStage<Void> inbound(Jid account, Jid contact, Type type, Element stanza) {
        if (!account.domain().equals(domain.domain()) || account.local() == null) {
            return DONE;
        }
        return inTurn(account, book -> {
            Contact before = book.roster.contact(contact);
            Subscription next = before.subscription().after(Direction.INBOUND, type);
            boolean blocked = book.blocked.matches(contact);
            if (type == Type.SUBSCRIBE && blocked) {
                return NOTHING;
            }
            if (next == null) {
                // RFC 6121 §3.1.3: who is subscribed already is told so once more, in the account's name
                boolean again = type == Type.SUBSCRIBE && before.subscription().from();
                return again
                        ? CompletableFuture.completedStage(
                                inbound(contact, account, Type.SUBSCRIBED, stanza(Type.SUBSCRIBED, account, contact)))
                        : NOTHING;
            }
            Element request = null;
            if (type == Type.SUBSCRIBE) {
                if (book.roster.requests().size() >= REQUESTS_MAX) {
                    LOG.debug("{} has {} open subscription requests; one more is dropped", account, REQUESTS_MAX);
                    return NOTHING;
                }
                request = codec.serialize(stanza, "").length <= REQUEST_MAX_BYTES
                        ? stanza
                        : stanza(type, contact, account);
            }
            return change(book, before, before.moved(next, request), () -> {
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
                return DONE;
            });
        });
    }

    /** Puts a contact into the roster, or changes how it is shown there. False if the roster is full. */
    CompletionStage<Boolean> put(Jid account, Jid contact, String name, List<String> groups) {
        return books.inTurn(account, book -> {
            Contact before = book.roster.contact(contact);
            if (before.isNothing() && book.roster.size() >= CONTACTS_MAX) {
                return CompletableFuture.completedStage(false);
            }
            return change(book, before, before.named(name, groups), () -> DONE).thenApply(done -> true);
        });
    }

    /** Takes a contact out of the roster and ends what there is between the two (RFC 6121 §2.5). False if it is not in it. */
    CompletionStage<Boolean> remove(Jid account, Jid contact) {
        CompletionStage<CompletionStage<Boolean>> removed = books.inTurn(account, book -> {
            Contact before = book.roster.contact(contact);
            if (!before.listed()) {
                return CompletableFuture.completedStage(CompletableFuture.completedStage(false));
            }
            return change(book, before, before.unlisted(), () -> part(account, before))
                    .thenApply(parted -> parted.thenApply(done -> true));
        });
        return removed.thenCompose(Function.identity());
    }

    /** Ends, at the contact's side, what a contact that is gone from {@code account} had with it. */
    CompletionStage<Void> part(Jid account, Contact was) {
        Jid contact = was.jid();
        CompletionStage<Void> parted = DONE;
        if (was.subscription().to() || was.subscription().pendingOut()) {
            parted = inbound(contact, account, Type.UNSUBSCRIBE, stanza(Type.UNSUBSCRIBE, account, contact));
        }
        if (was.subscription().from()) {
            parted = parted.thenCombine(
                    inbound(contact, account, Type.UNSUBSCRIBED, stanza(Type.UNSUBSCRIBED, account, contact)),
                    (first, second) -> null);
        }
        return parted;
    }

    /** Asks again where an answer is still open: the question may have been lost between the two rosters. */
    CompletionStage<Void> askAgain(Book book) {
        CompletionStage<Void> asked = DONE;
        for (Contact contact : book.roster.listed()) {
            if (contact.subscription().pendingOut() && !book.blocked.matches(contact.jid())) {
                asked = asked.thenCombine(
                        inbound(
                                contact.jid(),
                                book.owner,
                                Type.SUBSCRIBE,
                                stanza(Type.SUBSCRIBE, book.owner, contact.jid())),
                        (first, second) -> null);
            }
        }
        return asked;
    }

    /** Shows a session the requests that wait for its account's answer (RFC 6121 §3.1.3). */
    void showRequests(Book book, LiveSession session) {
        for (Contact contact : book.roster.requests()) {
            if (!book.blocked.matches(contact.jid())) {
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
            session.afterPending(() -> books.inTurn(fullJid, book -> {
                        online.interested(fullJid);
                        for (Contact contact : book.roster.listed()) {
                            Contact before = known.contact(contact.jid());
                            if (!before.listed() || !before.item().equals(contact.item())) {
                                push(session, book, contact.item());
                            }
                        }
                        for (Contact before : known.listed()) {
                            if (!book.roster.contact(before.jid()).listed()) {
                                push(session, book, removal(before));
                            }
                        }
                        return DONE;
                    })
                    .whenComplete((done, failure) -> {
                        if (failure != null) {
                            LOG.warn("{} is not told of changes of its roster: {}", fullJid, failure.toString());
                        }
                    }));
        }
    }

    /** Writes a contact that has changed, pushes its item (RFC 6121 §2.1.6), then goes on with {@code next}. */
    private CompletionStage<CompletionStage<Void>> change(Book book, Contact before, Contact after, Next next) {
        if (after.equals(before)) {
            return CompletableFuture.completedStage(next.go());
        }
        return books.save(book, after).thenApply(saved -> {
            if (!saved) {
                return DONE; // no such account
            }
            if (after.listed() && !(before.listed() && after.item().equals(before.item()))) {
                push(book, after.item());
            } else if (before.listed() && !after.listed()) {
                push(book, removal(after));
            }
            return next.go();
        });
    }

    @FunctionalInterface
    private interface Next {
        CompletionStage<Void> go();
    }

    private void push(Book book, Element item) {
        for (LiveSession session : online.sessions(book.owner)) {
            if (session.interested()) {
                push(session, book, item);
            }
        }
    }

    private void push(LiveSession session, Book book, Element item) {
        session.send(Element.builder(Namespaces.CLIENT, "iq")
                .attribute("type", "set")
                .attribute("id", "roster-" + Long.toString(pushes.incrementAndGet(), 36))
                .attribute("to", session.jid().toString())
                .child(Element.builder(Namespaces.ROSTER, "query")
                        .attribute("ver", book.roster.version())
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

    private CompletionStage<Void> inTurn(Jid account, Function<Book, CompletionStage<CompletionStage<Void>>> task) {
        return books.inTurn(account, task).thenCompose(Function.identity());
    }

    private static Element stanza(Type type, Jid from, Jid to) {
        return Element.builder(Namespaces.CLIENT, "presence")
                .attribute("from", from.toString())
                .attribute("to", to.toString())
                .attribute("type", type.name().toLowerCase(Locale.ROOT))
                .build();
    }
}
