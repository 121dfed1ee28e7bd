package im.restante.internal.roster;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an account knows of one contact: its roster item, and the subscription request that waits for an answer.
 *
 * @param jid          bare
 * @param listed       whether it is in the roster that clients see; a stranger's request is kept without
 * @param name         null for none
 * @param subscription both directions
 * @param request      the contact's {@code subscribe}, complete, while the account has not answered it; else null
 */
record Contact(Jid jid, boolean listed, String name, List<String> groups, Subscription subscription, Element request) {
    /** Bytes of heap of a contact beside its texts: the record, its address, and its places in a {@link Roster}. */
    private static final int CONTACT_HEAP = 320;

    /** Bytes of the longest escape, {@code &quot;}. */
    private static final int ESCAPED = 6;

    /** Bytes of heap of a text beside its characters. */
    private static final int TEXT_HEAP = 56;

    Contact {
        requireNonNull(jid, "jid");
        requireNonNull(subscription, "subscription");
        groups = List.copyOf(groups);
        if (subscription.pendingIn() != (request != null)) {
            throw new IllegalArgumentException("state " + subscription + " and the request of " + jid + " do not fit");
        }
    }

    /** Somebody of whom nothing is known. */
    static Contact unknown(Jid jid) {
        return new Contact(jid, false, null, List.of(), Subscription.NONE, null);
    }

    /** With another state; {@code newRequest} is what an inbound {@code subscribe} brought, null keeps what is there. */
    Contact moved(Subscription next, Element newRequest) {
        Element kept = newRequest == null ? request : newRequest;
        boolean nowListed = listed || next != Subscription.NONE && next != Subscription.NONE_PENDING_IN;
        return new Contact(jid, nowListed, name, groups, next, next.pendingIn() ? kept : null);
    }

    /** With another form of the request that waits. */
    Contact asked(Element sameRequest) {
        return new Contact(jid, listed, name, groups, subscription, sameRequest);
    }

    /** As the account's client wants it shown. */
    Contact named(String newName, List<String> newGroups) {
        return new Contact(jid, true, newName, newGroups, subscription, request);
    }

    /** Out of the roster: no subscription is left; what the contact asked still waits for its answer. */
    Contact unlisted() {
        Subscription left = subscription.pendingIn() ? Subscription.NONE_PENDING_IN : Subscription.NONE;
        return new Contact(jid, false, null, List.of(), left, request);
    }

    /** About how many bytes of heap its item costs, without the request. */
    int itemHeap() {
        int heap = CONTACT_HEAP + 2 * written(jid.toString()) + (name == null ? 0 : TEXT_HEAP + written(name));
        for (String group : groups) {
            heap += TEXT_HEAP + written(group);
        }
        return heap;
    }

    /** About how many bytes of heap the waiting request costs, that of a stranger with all that is kept for it. */
    long requestHeap() {
        return request == null ? 0 : request.heap() + (listed ? 0 : itemHeap());
    }

    /** Bytes of UTF-8 that the text takes at most where it is written as XML: never fewer than it takes in memory. */
    private static int written(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0x7F) {
                bytes += 3;
            } else {
                bytes += c == '&' || c == '<' || c == '>' || c == '"' || c == '\'' || c < ' ' ? ESCAPED : 1;
            }
        }
        return bytes;
    }

    /** Whether there is nothing to remember. */
    boolean isNothing() {
        return !listed && request == null;
    }

    /** The roster item as clients see it (RFC 6121 §2.1.2). */
    Element item() {
        return builder().build();
    }

    /** What is stored: the item, the request inside it. */
    Element stored() {
        Element.Builder stored = builder();
        if (!listed) {
            stored.attribute("listed", "false");
        }
        if (request != null) {
            stored.child(request);
        }
        return stored.build();
    }

    /**
     * Reads {@link #stored()}.
     *
     * @throws IllegalArgumentException if it is no roster item of that contact
     */
    static Contact of(Jid jid, Element stored) {
        if (!stored.is(Namespaces.ROSTER, "item")) {
            throw new IllegalArgumentException("not a roster item: " + stored);
        }
        String subscription =
                Optional.ofNullable(stored.attribute("subscription")).orElse("none");
        boolean both = subscription.equals("both");
        Element request = stored.child(Namespaces.CLIENT, "presence").orElse(null);
        Subscription state = Subscription.of(
                both || subscription.equals("to"),
                both || subscription.equals("from"),
                "subscribe".equals(stored.attribute("ask")),
                request != null);
        return new Contact(
                jid,
                !"false".equals(stored.attribute("listed")),
                stored.attribute("name"),
                groups(stored),
                state,
                state.pendingIn() ? request : null);
    }

    /** The groups an item names, in their order. */
    static List<String> groups(Element item) {
        List<String> groups = new ArrayList<>();
        for (Element child : item.children()) {
            if (child.is(Namespaces.ROSTER, "group")) {
                groups.add(child.text());
            }
        }
        return groups;
    }

    private Element.Builder builder() {
        Element.Builder item = Element.builder(Namespaces.ROSTER, "item")
                .attribute("jid", jid.toString())
                .attribute("name", name)
                .attribute("subscription", subscription.attribute())
                .attribute("ask", subscription.pendingOut() ? "subscribe" : null);
        for (String group : groups) {
            item.child(Element.of(Namespaces.ROSTER, "group", group));
        }
        return item;
    }
}
