package im.restante.internal.session.roster;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rosters and block lists in memory: of everybody who is online, and for a short while of those who are not. Loads and saves
 * them, and puts the changes of an account in a row. Safe for concurrent use; does not block.
 */
final class Owners {
    /** Node of the user repository: key is a contact's bare JID, value what {@link Contact#stored} makes. */
    static final String ROSTER_NODE = "roster";

    /** Node of the user repository: key is the blocked address; the value says nothing. */
    static final String BLOCKING_NODE = "blocking";

    /** How many of those who are not online are kept. */
    static final int IDLE_MAX = 1_000;

    /** How long they are kept. */
    static final Duration IDLE_TIME = Duration.ofSeconds(60);

    private static final Logger log = LoggerFactory.getLogger(Owners.class);
    private static final CompletableFuture<Void> LOADED = CompletableFuture.completedFuture(null);

    private final Accounts accounts;
    private final XmlCodec codec;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Jid, Owner> owners = new ConcurrentHashMap<>(); // changed under the lock, read without
    private final Map<Jid, Owner> idle = new LinkedHashMap<>(); // longest idle first; under the lock

    Owners(Accounts accounts, XmlCodec codec, LongSupplier nanos) {
        this.accounts = accounts;
        this.codec = codec;
        this.nanos = nanos;
    }

    /** The account if it is held and may be believed; null if it must be loaded. */
    Owner peek(Jid account) {
        Owner owner = owners.get(account.bare());
        return owner != null && owner.fresh && (owner.users > 0 || !expired(owner)) ? owner : null;
    }

    /** The account if it is held, as it was last known; null if it is not. Whoever has a session is held. */
    Owner held(Jid account) {
        return owners.get(account.bare());
    }

    /** Holds the account in memory until {@link #leave}; what it holds may have to be loaded. */
    Owner enter(Jid account) {
        lock.lock();
        try {
            Owner owner = owners.computeIfAbsent(account.bare(), Owner::new);
            if (owner.users++ == 0 && idle.remove(owner.jid) != null && expired(owner)) {
                owner.fresh = false;
            }
            return owner;
        } finally {
            lock.unlock();
        }
    }

    /** The other end of {@link #enter}. */
    void leave(Owner owner) {
        lock.lock();
        try {
            if (--owner.users > 0) {
                return;
            }
            owner.idleSince = nanos.getAsLong();
            if (owner.fresh) {
                idle.put(owner.jid, owner);
            } else {
                owners.remove(owner.jid);
            }
            Iterator<Owner> eldest = idle.values().iterator();
            while (eldest.hasNext()) {
                Owner candidate = eldest.next();
                if (idle.size() <= IDLE_MAX && !expired(candidate)) {
                    break;
                }
                eldest.remove();
                owners.remove(candidate.jid);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Completes when the account, which the caller has entered, is loaded. */
    CompletionStage<Void> load(Owner owner) {
        CompletableFuture<Void> loading;
        lock.lock();
        try {
            if (owner.fresh) {
                return LOADED;
            }
            if (owner.loading != null) {
                return owner.loading;
            }
            loading = new CompletableFuture<>();
            owner.loading = loading;
        } finally {
            lock.unlock();
        }
        try {
            accounts.settings(owner.jid, ROSTER_NODE)
                    .thenCombine(accounts.settings(owner.jid, BLOCKING_NODE), (roster, blocking) -> {
                        owner.roster = roster(owner.jid, roster);
                        owner.blocked = blockList(owner.jid, blocking.keySet());
                        return null;
                    })
                    .whenComplete((nothing, failure) -> loaded(owner, loading, failure));
        } catch (RuntimeException e) {
            loaded(owner, loading, e);
        }
        return loading;
    }

    /** Reads something of an account, loading it if need be. */
    <T> CompletionStage<T> read(Jid account, Function<Owner, T> reader) {
        Owner known = peek(account);
        if (known != null) {
            return CompletableFuture.completedFuture(reader.apply(known));
        }
        Owner owner = enter(account);
        return load(owner).thenApply(loaded -> reader.apply(owner)).whenComplete((value, failure) -> leave(owner));
    }

    /** Does something to a loaded account when all changes begun before are done. */
    <T> CompletionStage<T> inTurn(Jid account, Function<Owner, CompletionStage<T>> task) {
        Owner owner = enter(account);
        return owner.lane
                .run(() -> load(owner).thenCompose(loaded -> task.apply(owner)))
                .whenComplete((value, failure) -> leave(owner));
    }

    /**
     * Writes one contact; only from {@link #inTurn}.
     *
     * @return false, with nothing changed, if there is no such account
     */
    CompletionStage<Boolean> save(Owner owner, Contact contact) {
        Roster next = owner.roster.with(contact);
        String value =
                contact.isNothing() ? null : new String(codec.serialize(contact.stored(), ""), StandardCharsets.UTF_8);
        return write(
                owner, List.of(new Setting(ROSTER_NODE, contact.jid().toString(), value)), () -> owner.roster = next);
    }

    /** Writes a block list; only from {@link #inTurn}. */
    CompletionStage<Boolean> save(Owner owner, BlockList next) {
        List<Setting> settings = new ArrayList<>();
        for (Jid gone : owner.blocked.without(next.items()).items()) {
            settings.add(new Setting(BLOCKING_NODE, gone.toString(), null));
        }
        for (Jid added : next.without(owner.blocked.items()).items()) {
            settings.add(new Setting(BLOCKING_NODE, added.toString(), "blocked"));
        }
        return write(owner, settings, () -> owner.blocked = next);
    }

    /** Forgets what the account, which the caller has entered, is said to hold. */
    void forget(Owner owner) {
        owner.fresh = false;
        owner.roster = Roster.EMPTY;
        owner.blocked = BlockList.EMPTY;
    }

    private CompletionStage<Boolean> write(Owner owner, List<Setting> settings, Runnable apply) {
        return accounts.write(owner.jid, settings).whenComplete((written, failure) -> {
            if (failure != null) {
                owner.fresh = false; // nobody knows what was written: the next task loads it
            } else if (written) {
                apply.run();
            }
        });
    }

    private void loaded(Owner owner, CompletableFuture<Void> loading, Throwable failure) {
        lock.lock();
        try {
            owner.loading = null;
            owner.fresh = failure == null;
        } finally {
            lock.unlock();
        }
        if (failure == null) {
            loading.complete(null);
        } else {
            loading.completeExceptionally(failure);
        }
    }

    private boolean expired(Owner owner) {
        return nanos.getAsLong() - owner.idleSince > IDLE_TIME.toNanos();
    }

    private Roster roster(Jid account, Map<String, String> values) {
        List<Contact> contacts = new ArrayList<>(values.size());
        values.forEach((key, value) -> {
            try {
                Element stored = codec.parse(value.getBytes(StandardCharsets.UTF_8), "");
                contacts.add(Contact.of(Jid.of(key).bare(), stored));
            } catch (XmlStreamException | IllegalArgumentException e) {
                log.error(
                        "the roster item '{}' of {} cannot be read; it stays where it is and is left out",
                        key,
                        account);
            }
        });
        return Roster.of(contacts);
    }

    private static BlockList blockList(Jid account, Collection<String> keys) {
        List<Jid> items = new ArrayList<>(keys.size());
        for (String key : keys) {
            try {
                items.add(Jid.of(key));
            } catch (InvalidJidException e) {
                log.error("the block list of {} names '{}', which is no address; it is left out", account, key);
            }
        }
        return BlockList.of(items);
    }
}
