package im.restante.internal.roster;

import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Block lists: their changes, and what is answered when they stop a stanza (XEP-0191). */
final class Blocking {
    /** Most items of one block list. */
    static final int ITEMS_MAX = 1_000;

    /** Most bytes of heap of one block list. */
    static final int MAX_HEAP = 512 * 1024;

    private static final String ERRORS = "urn:xmpp:blocking:errors";

    private final RosterCache cache;
    private final DirectedPresences directedPresences;
    private final PresenceFlow flow;
    private final AtomicLong pushes = new AtomicLong();

    Blocking(RosterCache cache, DirectedPresences directedPresences, PresenceFlow flow) {
        this.cache = cache;
        this.directedPresences = directedPresences;
        this.flow = flow;
    }

    /** The block list of an account; the session that asked is told of changes from now on. */
    CompletionStage<Collection<Jid>> list(Jid session) {
        return cache.inTurn(session, cached -> {
            for (DirectedPresence directedPresence : directedPresences.ofAccount(session.bare())) {
                if (directedPresence.session.jid().equals(session)) {
                    directedPresence.wantsBlockList = true;
                }
            }
            return CompletableFuture.completedStage(cached.blocked.items());
        });
    }

    /** Blocks more; false, with nothing changed, if that would be too many. */
    CompletionStage<Boolean> block(Jid account, Collection<Jid> items) {
        return cache.inTurn(account, cached -> {
            BlockList next = cached.blocked.with(items);
            return next.items().size() > ITEMS_MAX || next.heap() > MAX_HEAP
                    ? CompletableFuture.completedStage(false)
                    : change(cached, next, "block", items);
        });
    }

    /** Blocks fewer; an empty collection: nobody any more. */
    CompletionStage<Boolean> unblock(Jid account, Collection<Jid> items) {
        return cache.inTurn(account, cached -> {
            BlockList next = items.isEmpty() ? BlockList.EMPTY : cached.blocked.without(items);
            return change(cached, next, "unblock", items);
        });
    }

    private CompletionStage<Boolean> change(
            CachedRoster cached, BlockList next, String element, Collection<Jid> items) {
        BlockList before = cached.blocked;
        if (next.items().equals(before.items())) {
            return CompletableFuture.completedStage(true);
        }
        return cache.save(cached, next).thenApply(saved -> {
            if (saved) {
                List<DirectedPresence> sessions = directedPresences.ofAccount(cached.owner);
                flow.blockListChanged(cached, before, next, sessions);
                push(sessions, element, items);
            }
            return saved;
        });
    }

    private void push(List<DirectedPresence> sessions, String element, Collection<Jid> items) {
        Element payload = payload(element, items);
        for (DirectedPresence directedPresence : sessions) {
            if (directedPresence.wantsBlockList) {
                directedPresence.session.send(Element.builder(Namespaces.CLIENT, "iq")
                        .attribute("type", "set")
                        .attribute("id", "blocking-" + Long.toString(pushes.incrementAndGet(), 36))
                        .attribute("to", directedPresence.session.jid().toString())
                        .child(payload)
                        .build());
            }
        }
    }

    /** An element of XEP-0191 with its items. */
    static Element payload(String element, Collection<Jid> items) {
        Element.Builder payload = Element.builder(Namespaces.BLOCKING, element);
        for (Jid item : items) {
            payload.child(Element.builder(Namespaces.BLOCKING, "item")
                    .attribute("jid", item.toString())
                    .build());
        }
        return payload.build();
    }

    /** What the sender of a stanza to somebody who blocks him is told: as if nobody were there; null for nothing. */
    static Stanza answerForBlocked(Stanza stanza) {
        StanzaError error = StanzaError.of(Condition.SERVICE_UNAVAILABLE);
        if (stanza instanceof Message message) {
            // an absent user's headline is dropped in silence too: an answer would tell the block from the absence
            boolean silent = message.type() == Message.Type.ERROR || message.type() == Message.Type.HEADLINE;
            return silent ? null : message.error(error);
        }
        return stanza instanceof Iq iq && iq.isRequest() ? iq.error(error) : null;
    }

    /** What the sender of a stanza to somebody he blocks himself is told; null for nothing. */
    static Stanza answerForBlocking(Stanza stanza) {
        StanzaError cancel = StanzaError.of(Condition.NOT_ACCEPTABLE).withType(StanzaError.Type.CANCEL);
        if (stanza instanceof Message message && message.type() != Message.Type.ERROR) {
            return Message.of(blocked(message.error(cancel).element()));
        }
        if (stanza instanceof Iq iq && iq.isRequest()) {
            return Iq.of(blocked(iq.error(cancel).element()));
        }
        if (stanza instanceof Presence presence && presence.type() != Presence.Type.ERROR) {
            return Presence.of(blocked(presence.error(cancel).element()));
        }
        return null;
    }

    private static Element blocked(Element answer) {
        List<Element> children = answer.children();
        Element error = children.get(children.size() - 1); // put last by error()
        return answer.without(child -> child == error).with(error.with(Element.of(ERRORS, "blocked")));
    }
}
