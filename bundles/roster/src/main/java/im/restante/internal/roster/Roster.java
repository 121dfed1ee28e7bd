package im.restante.internal.roster;

import im.restante.jid.Jid;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** All contacts of one account at one moment. Immutable; a change makes a new one. */
final class Roster {
    /** Most bytes of heap of what an account's own clients put into its roster: about 4,000 contacts with a name and a group. */
    static final int ITEMS_MAX_HEAP = 2 * 1024 * 1024;

    /** Most bytes of heap of the requests that wait for an account's answer. */
    static final int REQUESTS_MAX_HEAP = 1024 * 1024;

    static final Roster EMPTY = new Roster(new TreeMap<>(), 0, 0);

    private final SortedMap<Jid, Contact> contacts;
    private final List<Contact> listed;
    private final List<Contact> watchers;
    private final List<Contact> watched;
    private final List<Contact> requests;
    private final long itemsHeap;
    private final long requestsHeap;
    private volatile String version; // computed when first asked for; racing threads compute the same

    private Roster(SortedMap<Jid, Contact> contacts, long itemsHeap, long requestsHeap) {
        this.contacts = contacts;
        this.itemsHeap = itemsHeap;
        this.requestsHeap = requestsHeap;
        this.listed = select(Contact::listed);
        this.watchers = select(c -> c.subscription().from());
        this.watched = select(c -> c.subscription().to());
        this.requests = select(c -> c.request() != null);
    }

    static Roster of(Collection<Contact> contacts) {
        if (contacts.isEmpty()) {
            return EMPTY;
        }
        SortedMap<Jid, Contact> map = new TreeMap<>();
        contacts.forEach(c -> map.put(c.jid(), c));
        long items = 0;
        long requests = 0;
        for (Contact c : map.values()) {
            items += items(c);
            requests += c.requestHeap();
        }
        return new Roster(map, items, requests);
    }

    /** What is known of {@code jid}; {@link Contact#unknown} if nothing is. */
    Contact contact(Jid jid) {
        Contact contact = contacts.get(jid.bare());
        return contact == null ? Contact.unknown(jid.bare()) : contact;
    }

    /** This roster with {@code contact} in place of what was known of it before. */
    Roster with(Contact contact) {
        SortedMap<Jid, Contact> changed = new TreeMap<>(contacts);
        if (contact.isNothing()) {
            changed.remove(contact.jid());
        } else {
            changed.put(contact.jid(), contact);
        }
        Contact before = contact(contact.jid());
        return new Roster(
                changed,
                itemsHeap - items(before) + items(contact),
                requestsHeap - before.requestHeap() + contact.requestHeap());
    }

    /** Everybody, those too who are only a request. */
    Collection<Contact> all() {
        return contacts.values();
    }

    /** About how many bytes of heap it takes. */
    long heap() {
        return itemsHeap + requestsHeap;
    }

    /** Whether {@code next} in place of what is known of that contact is more than an owner may have, and more than there is. */
    boolean isOutgrownBy(Contact next) {
        int more = items(next) - items(contact(next.jid()));
        return more > 0 && itemsHeap + more > ITEMS_MAX_HEAP;
    }

    /** The same of the requests that wait. */
    boolean isOverrunBy(Contact next) {
        long more = next.requestHeap() - contact(next.jid()).requestHeap();
        return more > 0 && requestsHeap + more > REQUESTS_MAX_HEAP;
    }

    private static int items(Contact contact) {
        return contact.listed() ? contact.itemHeap() : 0;
    }

    /** What clients see. */
    List<Contact> listed() {
        return listed;
    }

    /** Those who are told of the account's presence. */
    List<Contact> watchers() {
        return watchers;
    }

    /** Those of whose presence the account is told. */
    List<Contact> watched() {
        return watched;
    }

    /** Those who wait for an answer. */
    List<Contact> requests() {
        return requests;
    }

    /** Whether {@code viewer} is told of the account's presence. */
    boolean shows(Jid viewer) {
        return contact(viewer).subscription().from();
    }

    /** Whether the account is told of {@code contact}'s presence. */
    boolean watches(Jid contact) {
        return contact(contact).subscription().to();
    }

    /** Changes whenever what clients see does, and only then (RFC 6121 §2.6): a hash of it, so it needs no place in a store. */
    String version() {
        String known = version;
        if (known == null) {
            known = hash();
            version = known;
        }
        return known;
    }

    private String hash() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (Contact c : listed) {
            put(digest, c.jid().toString());
            put(digest, c.name() == null ? "" : c.name());
            put(digest, c.subscription().attribute() + (c.subscription().pendingOut() ? "?" : ""));
            c.groups().forEach(group -> put(digest, group));
            digest.update((byte) 1);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(digest.digest())
                .substring(0, 22);
    }

    private static void put(MessageDigest digest, String part) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0); // no XML text holds U+0000 or U+0001
    }

    private List<Contact> select(Predicate<Contact> wanted) {
        List<Contact> selected = new ArrayList<>();
        for (Contact contact : contacts.values()) {
            if (wanted.test(contact)) {
                selected.add(contact);
            }
        }
        return selected.isEmpty() ? List.of() : selected;
    }
}
